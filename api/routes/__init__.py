"""Thin handlers: parse, authorise, call one service, return a model."""

"""Speed and memory, measured on this machine: each as a ratio to a baseline of the same run."""

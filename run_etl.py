#!/usr/bin/env python3
"""Read the league's games and publish its tables. `python run_etl.py --help` tells how."""

import sys

from etl.cli import main

if __name__ == "__main__":
    sys.exit(main())

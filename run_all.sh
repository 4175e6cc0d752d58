#!/usr/bin/env bash
# The whole suite: makes its environment, trains what the profile asks for, prints the tables.
#   ./run_all.sh [--profile smoke|laptop|paper] [--only ID...] [--list] [--time-limit 9m] [--data DIR]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. bench/core/environment.sh
exec "$bench_python" -m bench run "$@"

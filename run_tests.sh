#!/usr/bin/env bash
# Makes the environment and runs the tests, all of them on every core; arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. bench/core/environment.sh
[ $# -gt 0 ] || set -- -n auto
exec "$bench_python" -m pytest "$@"

#!/usr/bin/env bash
# Makes the environment and runs the tests; arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. bench/core/environment.sh
exec "$bench_python" -m pytest "$@"

# Sourced by run_all.sh and run_tests.sh at the repository's root: sees to it that the environment of
# requirements.lock is there (environment.py does that), and sets bench_python to its Python.
#   PYTHON=/path/to/python   which Python to use (3.11 to 3.13)
#   BENCH_EXTRAS=cuda13      extras of pyproject.toml to add (cuda12, cuda13, peers)

bench_fail() { printf 'error: %s\n' "$*" >&2; exit 2; }

# Whether $1 is a Python that will do; sets bench_why if not.
bench_fits() {
    local version
    if ! command -v "$1" >/dev/null 2>&1; then
        bench_why='there is no such program'
        return 1
    fi
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null </dev/null) \
        || version=
    case $version in
        3.11 | 3.12 | 3.13) return 0 ;;
        [0-9]*) bench_why="it is Python $version, and 3.11 to 3.13 is needed" ;;
        *) bench_why='it does not run as Python' ;;
    esac
    return 1
}

# Sets bench_base to the Python that makes the environment.
bench_find() {
    if [ -n "${PYTHON:-}" ]; then
        bench_fits "$PYTHON" || bench_fail "PYTHON=$PYTHON: $bench_why"
        bench_base=$PYTHON
        return
    fi
    for bench_base in python3 python3.13 python3.12 python3.11 python; do
        bench_fits "$bench_base" && return
    done
    bench_fail 'no Python 3.11 to 3.13 found; install one, or set PYTHON=/path/to/python'
}

bench_find
bench_python=$("$bench_base" -I bench/core/environment.py) || exit $?

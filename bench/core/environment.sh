# Sourced by run_all.sh and run_tests.sh at the repository's root: makes .venv from requirements.lock.
#   PYTHON=/path/to/python   which Python to use (3.11 to 3.13)
#   BENCH_EXTRAS=cuda13      extras of pyproject.toml to add (cuda12, cuda13, peers)

bench_fail() { printf 'error: %s\n' "$*" >&2; exit 2; }

bench_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

bench_install() {
    local python=$1 extras=$2 log=.venv/install.log
    local -a pip
    rm -rf .venv # a half-made one is of no use
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --python "$("$python" -c 'import sys; print(sys.executable)')" .venv \
            || bench_fail "uv could not make .venv; see above"
        pip=(uv pip --quiet --no-config)
        export VIRTUAL_ENV=$PWD/.venv
    elif "$python" -m venv .venv >/dev/null 2>&1; then
        pip=(.venv/bin/python -m pip --quiet --disable-pip-version-check)
    else # Debian's Python has no ensurepip: its own pip fills the environment
        rm -rf .venv
        "$python" -m venv --without-pip .venv || bench_fail "$python could not make .venv"
        pip=("$python" -m pip --quiet --disable-pip-version-check --python .venv/bin/python)
    fi
    "${pip[@]}" install --require-hashes -r requirements.lock >"$log" 2>&1 \
        && "${pip[@]}" install --no-deps --no-build-isolation -e . >>"$log" 2>&1 \
        || { tail -n 5 "$log" >&2; bench_fail "installing requirements.lock failed; the log is $log"; }
    if [ -n "$extras" ]; then
        sed -n 's/^\([A-Za-z0-9_.-]*==[^ ]*\)\( ;.*[^\\ ]\)\{0,1\} *\\*$/\1\2/p' requirements.lock \
            >.venv/constraints.txt
        "${pip[@]}" install --no-build-isolation -c .venv/constraints.txt -e ".[$extras]" >>"$log" 2>&1 \
            || { tail -n 5 "$log" >&2; bench_fail "installing the extras '$extras' failed; the log is $log"; }
    fi
}

bench_environment() {
    local python stamp
    python=$(bench_python) \
        || bench_fail "no Python 3.11 to 3.13 found; install one, or set PYTHON=/path/to/python"
    stamp="$(cksum <requirements.lock) $(cksum <pyproject.toml) $("$python" -V) $PWD ${BENCH_EXTRAS:-}"
    if [ "$(cat .venv/stamp 2>/dev/null)" != "$stamp" ]; then
        printf 'setting up .venv with %s from requirements.lock (once, a minute or two) ...\n' \
            "$("$python" -V)" >&2
        bench_install "$python" "${BENCH_EXTRAS:-}"
        printf '%s' "$stamp" >.venv/stamp # last: without it the environment is made anew
    fi
}

bench_environment

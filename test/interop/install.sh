#!/bin/sh
# Installs what `npm run test:interop` needs and does not find: Java with its compiler, JSAMP, STILTS, curl, Chromium, and
# Python with astropy and pyvo. Debian and Ubuntu only. Without root it uses sudo when that asks for no password.
set -eu

python=${INTEROP_PYTHON:-/usr/bin/python3}
java=${INTEROP_JAVA:-java}
packages=""

need() {
  packages="$packages $1"
}

has_compiler() {
  command -v "$java" >/dev/null 2>&1 && "$java" --list-modules 2>/dev/null | grep -q '^jdk\.compiler'
}
has_compiler || need default-jdk-headless
if [ -n "${INTEROP_JSAMP_JAR:-}" ] && [ -r "$INTEROP_JSAMP_JAR" ]; then
  :
elif [ ! -r /usr/share/java/jsamp.jar ] && [ ! -r /usr/local/share/java/jsamp.jar ]; then
  need jsamp
fi
command -v curl >/dev/null 2>&1 || need curl
command -v openssl >/dev/null 2>&1 || need openssl
if [ -n "${INTEROP_STILTS_JAR:-}" ] && [ -r "$INTEROP_STILTS_JAR" ]; then
  :
elif [ ! -r /usr/share/java/starlink-ttools.jar ] && [ ! -r /usr/local/share/java/stilts.jar ]; then
  need stilts
fi
if [ -n "${INTEROP_CHROMIUM:-}" ] && [ -x "$INTEROP_CHROMIUM" ]; then
  :
elif [ ! -x /usr/bin/chromium ] && [ ! -x /usr/bin/chromium-browser ] && [ ! -x /usr/bin/google-chrome ]; then
  need chromium
fi
# find_spec: importing astropy and pyvo takes seconds and may warn.
has_module() {
  "$python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)' "$1" 2>/dev/null
}
has_module astropy || need python3-astropy
has_module pyvo || need python3-pyvo

if [ -z "$packages" ]; then
  echo "interop: java, jsamp, stilts, curl, chromium, astropy and pyvo are there"
  exit 0
fi

echo "interop: missing:$packages"
if ! command -v apt-get >/dev/null 2>&1; then
  echo "interop: no apt-get here; install these by hand" >&2
  exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root="sudo -n"
else
  echo "interop: apt-get needs root; run as root:  apt-get install$packages" >&2
  exit 1
fi

# Words of $as_root and $packages are meant to be split.
# shellcheck disable=SC2086
install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
}

# The package lists of a fresh container are empty or old.
install || { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update && install; }

#!/usr/bin/env bash
# installed_package_test.sh BUILD EXAMPLES COMPILER    installs a finished build into a fresh prefix and
# builds and runs the examples against it, outside the tree.
set -euo pipefail

build=$1
examples=$2
compiler=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/prefix" >/dev/null
# Copied, so that nothing of the tree beside them can be found by accident.
cp -r "$examples/embed" "$examples/core_only" "$folder"

# example NAME [CMAKE OPTION]…
example() {
  local name=$1
  shift
  cmake -S "$folder/$name" -B "$folder/$name/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$folder/prefix" "$@" >"$folder/log" 2>&1 ||
    { cat "$folder/log"; echo "$name cannot be configured"; exit 1; }
  cmake --build "$folder/$name/build" >"$folder/log" 2>&1 ||
    { cat "$folder/log"; echo "$name cannot be built"; exit 1; }
}
expect() { grep -qF -- "$1" "$folder/out" || { cat "$folder/out"; echo "expected: $1"; exit 1; }; }

echo "core alone: Boost's headers and no library"
example core_only -DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON \
  -DCMAKE_DISABLE_FIND_PACKAGE_Threads=ON
"$folder/core_only/build/core_only" >"$folder/out"
expect "after 'yes': stay likely"
expect "after 'no': stay why likely"
for library in botan sqlite3 utf8proc boost; do
  if ldd "$folder/core_only/build/core_only" | grep -qi "$library"; then
    echo "core drags in $library"
    exit 1
  fi
done

echo "the whole library: from a goal to a report"
example embed
"$folder/embed/build/embed" "$folder/embed.db" >"$folder/out"
expect "4 of 4 answers used"
[[ -s $folder/embed.db ]]

echo "without its libraries the package says what it needs"
if cmake -S "$folder/embed" -B "$folder/without" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON >"$folder/out" 2>&1; then
  echo "it was found without pkg-config"
  exit 1
fi
expect "PkgConfig"

echo "the command is installed too"
"$folder/prefix/bin/insightflow" version >"$folder/out"
[[ -s $folder/out ]]

# Steps that server/up and tests/run share: source it, then call install_packages, build_program, build_web.
# Each is quick when nothing has changed, says what it does, and on an error says what to do and ends the script.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '• %s\n' "$*"; }
fail() {
  printf '\n✗ %s\n' "$1" >&2
  printf '  %s\n' "${@:2}" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "Cần quyền quản trị để cài gói / installing packages needs root" "Hãy chạy với root, hoặc cài sudo. / Run as root, or install sudo." "$*"
  fi
}

# install_packages [FILE…]: installs what these lists name and this machine lacks.
install_packages() {
  local lists=("$@") wanted missing=() name
  [ ${#lists[@]} -gt 0 ] || lists=("$root/server/packages")
  command -v apt-get >/dev/null || fail "Không có apt-get / no apt-get here" "Điểm Cầu chạy trên Debian 12. / Debian 12 is what this is made for."
  wanted=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${lists[@]}")
  for name in $wanted; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Cài ${#missing[@]} gói / installing: ${missing[*]}"
  as_root apt-get update -qq || fail "apt-get update không chạy được / failed" "Kiểm tra mạng và /etc/apt/sources.list. / Check the network and /etc/apt/sources.list."
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq "${missing[@]}" >/dev/null ||
    fail "Không cài được gói / packages could not be installed" "Thử / try: apt-get install ${missing[*]}"
}

# build_program [FOLDER [CMAKE-ARGUMENT…]]: the C++ part, all of it or the targets in $BUILD_TARGETS.
build_program() {
  local folder="$root/${1:-build}" targets=(${BUILD_TARGETS:-all})
  if [ ! -f "$folder/build.ninja" ] || [ $# -gt 1 ]; then
    cmake -S "$root" -B "$folder" -G Ninja "${@:2}" >/dev/null ||
      fail "cmake báo lỗi / cmake failed" "Xoá thư mục $folder rồi thử lại. / Remove $folder and try again."
  fi
  say "Dựng chương trình / building ${targets[*]}"
  # What one clone has compiled another need not: paths below the root count as relative to it.
  CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1 ninja -C "$folder" --quiet "${targets[@]}" ||
    fail "Chương trình không dựng được / the build failed" "Xem lỗi đầu tiên ở trên. / See the first error above."
}

node_fits() { # NODE: ^20.19 or >=22.12
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
           process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# Puts a Node that Vite can use first in PATH.
require_node() {
  if command -v node >/dev/null && node_fits node && command -v npm >/dev/null; then return 0; fi
  local own="$root/web/node_modules/.bin"
  if [ -x "$own/node" ] && node_fits "$own/node" && command -v npm >/dev/null; then
    export PATH="$own:$PATH"
    return 0
  fi
  if ! command -v npm >/dev/null; then
    say "Cài npm / installing npm"
    as_root apt-get update -qq || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq nodejs npm >/dev/null ||
      fail "Không cài được npm / npm could not be installed" "Thử / try: apt-get install nodejs npm"
  fi
  if ! node_fits node; then
    say "Node của hệ thống quá cũ, lấy Node 22 cho riêng web/ / the system's Node is too old: fetching Node 22 for web/ only"
    (cd "$root/web" && npm install --no-save --no-audit --no-fund --loglevel=error node@22 >/dev/null) ||
      fail "Không lấy được Node 22 / Node 22 could not be fetched" "Kiểm tra mạng tới kho gói npm. / Check the way to the npm registry."
    export PATH="$own:$PATH"
  fi
}

web_hash() {
  (cd "$root/web" && find . \( -name node_modules -o -name dist \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

# install_node_modules FOLDER: what its package-lock.json names. Not npm ci: that refuses a lock which leaves out the
# optional packages of other systems, and which of them a registry has differs.
install_node_modules() {
  local folder="$root/$1"
  require_node
  if [ ! -f "$folder/node_modules/.lock" ] || ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.lock"; then
    say "Cài thư viện của $1 / installing the libraries of $1"
    (cd "$folder" && npm install --no-save --no-audit --no-fund --loglevel=error >/dev/null) ||
      fail "npm install không chạy được / npm install failed" "Kiểm tra mạng tới kho gói npm. / Check the way to the npm registry."
    cp "$folder/package-lock.json" "$folder/node_modules/.lock"
  fi
  # npm removes what it did not put there itself, and with it the Node that may be running it.
  require_node
}

# build_web: web/dist, unless it was made of these very sources.
build_web() {
  [ -f "$root/web/package.json" ] || fail "Thiếu web/package.json / web/package.json is missing" "Lấy lại mã nguồn cho đủ. / Get the whole source tree."
  local now stamp="$root/web/dist/.sources"
  now=$(web_hash)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then return 0; fi
  install_node_modules web
  say "Dựng các trang web / building the pages"
  (cd "$root/web" && npm run build --silent >/dev/null) || fail "Các trang web không dựng được / the pages could not be built" "Xem lỗi ở trên. / See the error above."
  web_hash >"$stamp"
}

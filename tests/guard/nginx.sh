#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nginx accepts what is shipped, as it is installed: the plain servers and the TLS example.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/guard.sh"

command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || { echo "nginx is missing"; exit 1; }
inputs 8 nginx -name 'rostra*.conf*'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=api.example.com \
	-keyout "$work/api.key" -out "$work/api.pem" 2>/dev/null
cp "$work/api.key" "$work/link.key"
cp "$work/api.pem" "$work/link.pem"
for file in "${files[@]}"; do
	sed -E -e "s#@(NGINX|CERT|LOG|SOCKET)_DIR@#$work#g" -e 's|@API_LISTEN@|127.0.0.1:8701|' \
		-e 's|@LINK_LISTEN@|127.0.0.1:8702|' -e 's|@OPS_LISTEN@|127.0.0.1:8703|' -e 's|@TLS_LISTEN@|127.0.0.1:8704|' \
		-e 's|@HTTP_LISTEN@|127.0.0.1:8705|' -e 's|@API_NAME@|api.example.com|' -e 's|@LINK_NAME@|go.example.com|' \
		-e 's|@[A-Z]*_RATE@|100r/s|' -e 's|@CONNECTIONS@|100|' "$file" >"$work/$(basename "$file" .in)"
done
while read -r left; do fault "a placeholder is left: $left"; done < <(grep -rn '@[A-Z_]*@' "$work" || true)

for conf in rostra.conf rostra_tls.conf; do
	cat >"$work/main.conf" <<-END
		pid $work/nginx.pid;
		error_log stderr;
		events {}
		http {
			client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
			uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi; access_log off;
			include $work/$conf;
		}
	END
	said=$(nginx -t -q -e stderr -p "$work" -c "$work/main.conf" 2>&1 | grep -v 'the "user" directive makes sense' || true)
	[ -z "$said" ] || fault "$conf: $said"
done
verdict

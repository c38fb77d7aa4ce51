#!/bin/sh
# Makes the self-signed certificate that the HTTPS test trusts: for localhost, for a hundred years.
# The key guards nothing: it is public, and no server but the one in the test uses it.
set -eu
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
    -keyout key.pem -out cert.pem -subj "/CN=localhost" \
    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
    -addext "basicConstraints=critical,CA:FALSE"

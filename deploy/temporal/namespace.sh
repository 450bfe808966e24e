#!/bin/sh
# Makes the namespace and the search attributes that Steward's runs carry, and returns when they can be used.
# Does nothing where they are there already. TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read by the CLI itself.
set -eu

: "${TEMPORAL_ADDRESS:?host:port of the Temporal server}"
: "${TEMPORAL_NAMESPACE:?name of the namespace}"
RETENTION=${TEMPORAL_RETENTION:-14d}
ATTRIBUTES='StewardFamily StewardTenant StewardStatus StewardSubject'
SECONDS_LEFT=${WAIT_SECONDS:-180}

# Tries until it works; says the last error when the time is over.
until_works() {
  until said=$("$@" 2>&1); do
    SECONDS_LEFT=$((SECONDS_LEFT - 1))
    if [ "$SECONDS_LEFT" -le 0 ]; then
      echo "$said" >&2
      echo "Gave up: $*" >&2
      exit 1
    fi
    sleep 1
  done
}

make_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
}

make_attribute() {
  temporal operator search-attribute list | grep -Eq "^ *$1 +Keyword *$" ||
    temporal operator search-attribute create --name "$1" --type Keyword
}

# The server knows an attribute when queries may name it, which is later than when it is listed.
is_known() {
  temporal workflow count --query "$1 = 'nobody'"
}

until_works temporal operator cluster health
until_works make_namespace
for name in $ATTRIBUTES; do until_works make_attribute "$name"; done
for name in $ATTRIBUTES; do until_works is_known "$name"; done
echo "Namespace $TEMPORAL_NAMESPACE is ready, with $ATTRIBUTES."

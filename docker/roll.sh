#!/bin/sh
# A new release in place of the running one, without a request that fails: the new processes of `web`
# and `stream` come up beside the old ones, which then finish what they have begun. The proxy looks
# the names up again every two seconds and asks another where one is gone.
set -eu
cd "$(dirname "$0")/.."

healthy() {
    for _ in $(seq 120); do
        [ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" = healthy ] && return 0
        sleep 1
    done
    echo "$1 does not come up: the old processes go on, nothing was taken away." >&2
    exit 1
}

docker compose build
docker compose run --rm check
# Old code runs on the new schema: migrations only add (docs/operations.md).
docker compose run --rm migrate
docker compose run --rm static

for service in web stream; do
    old=$(docker compose ps -q "$service")
    count=$(echo "$old" | wc -l)
    docker compose up -d --no-deps --no-recreate --scale "$service=$((count * 2))" "$service"
    for container in $(docker compose ps -q "$service"); do
        healthy "$container"
    done
    # shellcheck disable=SC2086  one word each
    docker stop -t 30 $old
    # shellcheck disable=SC2086
    docker rm $old
done

# A job whose worker goes is taken up by the next.
docker compose up -d --no-deps worker render beat

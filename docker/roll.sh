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
    return 1
}

docker compose build
docker compose run --rm check
# Old code runs on the new schema: migrations only add (docs/operations.md).
docker compose run --rm migrate
docker compose run --rm static

# The proxy is in this network alone.
front=$(docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' \
    "$(docker compose ps -q proxy)")

for service in web stream; do
    old=$(docker compose ps -q "$service")
    count=$(echo "$old" | wc -l)
    docker compose up --no-start --no-deps --no-recreate --scale "$service=$((count * 2))" "$service"
    new=$(docker compose ps -aq --status created "$service")
    # A server listens seconds before it has loaded its code, and whoever is sent there waits: it
    # gets its name in the proxy's network when it answers.
    for container in $new; do
        docker network disconnect "$front" "$container"
        docker start "$container"
    done
    for container in $new; do
        if ! healthy "$container"; then
            docker logs --tail 20 "$container" >&2
            # shellcheck disable=SC2086  one word each
            docker rm -f $new
            echo "$service does not come up: the old processes go on, nothing was taken away." >&2
            exit 1
        fi
    done
    for container in $new; do
        docker network connect --alias "$service" "$front" "$container"
    done
    # The proxy looks names up every two seconds, and is to know the new before the old go.
    sleep 3
    # shellcheck disable=SC2086
    docker stop -t 30 $old
    # shellcheck disable=SC2086
    docker rm $old
done

# A job whose worker goes is taken up by the next.
docker compose up -d --no-deps worker render beat

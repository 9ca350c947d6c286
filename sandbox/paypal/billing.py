"""Products, plans and subscriptions: PayPal's REST paths."""

from datetime import datetime
from decimal import Decimal
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.paypal import billing_shapes as shapes
from sandbox.paypal import billing_state as clock
from sandbox.paypal import checks, webhooks
from sandbox.paypal.access import authorised, repeatable, sent
from sandbox.paypal.billing_state import Plan, Sale, Subscription
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.state import memory, new_id

_NOTHING = 204


def teller(request: Request) -> clock.Told:
    base = base_of(request)

    def tell(event: str, row: Subscription, sale: Sale | None) -> None:
        if sale is not None:
            webhooks.announce(event, "sale", shapes.sale(row, sale))
        else:
            webhooks.announce(event, "subscription", shapes.subscription(row, base))

    return tell


@operation("paypal", "product")
@authorised
@repeatable
async def create_product(request: Request) -> Response:
    body = await sent(request) or {}
    if not body.get("name") or body.get("type") not in {"SERVICE", "DIGITAL", "PHYSICAL"}:
        return refusal(400, "INVALID_PARAMETER_VALUE")
    product_id = str(body.get("id") or f"PROD-{new_id(12)}")
    if product_id in memory.products:
        return refusal(422, "DUPLICATE_RESOURCE_IDENTIFIER")
    memory.products[product_id] = {**body, "id": product_id}
    request.state.latest = lambda _base: memory.products[product_id]
    return JSONResponse(memory.products[product_id], status_code=201)


@operation("paypal", "product")
@authorised
async def show_product(request: Request) -> Response:
    product = memory.products.get(request.path_params["product_id"])
    return JSONResponse(product) if product else refusal(404, "INVALID_RESOURCE_ID")


@operation("paypal", "plan")
@authorised
@repeatable
async def create_plan(request: Request) -> Response:
    body = await sent(request) or {}
    cycles = body.get("billing_cycles")
    if body.get("product_id") not in memory.products:
        return refusal(404, "INVALID_RESOURCE_ID")
    if not isinstance(cycles, list) or len(cycles) != 1 or not body.get("payment_preferences"):
        return refusal(400, "INVALID_PARAMETER_VALUE")
    price = (cycles[0].get("pricing_scheme") or {}).get("fixed_price")
    if problem := checks.amount_problem(price):
        return refusal(checks.status_of(problem), problem)
    row = Plan(body, str(body.get("status", "ACTIVE")))
    memory.plans[row.id] = row
    request.state.latest = partial(shapes.plan, row)
    return JSONResponse(shapes.plan(row, base_of(request)), status_code=201)


@operation("paypal", "plan")
@authorised
async def list_plans(request: Request) -> Response:
    size, page = (
        int(request.query_params.get(name, usual))
        for name, usual in (("page_size", 10), ("page", 1))
    )
    product_id = request.query_params.get("product_id")
    rows = [row for row in memory.plans.values() if row.asked["product_id"] == product_id]
    shown = rows[(page - 1) * size : page * size]
    return JSONResponse({"plans": [shapes.plan_in_list(row, base_of(request)) for row in shown]})


@operation("paypal", "plan")
@authorised
async def show_plan(request: Request) -> Response:
    row = memory.plans.get(request.path_params["plan_id"])
    return JSONResponse(shapes.plan(row, base_of(request))) if row else refusal(404, _UNKNOWN)


@operation("paypal", "plan")
@authorised
async def offer_plan(request: Request) -> Response:
    row = memory.plans.get(request.path_params["plan_id"])
    if row is None:
        return refusal(404, _UNKNOWN)
    wanted = "ACTIVE" if request.url.path.endswith("/activate") else "INACTIVE"
    if row.status == wanted:
        action, fits = ("deactivate", "active")
        if wanted == "ACTIVE":
            action, fits = ("activate", "either created or inactive")
        said = f"Invalid plan status for {action} action; plan status should be {fits}."
        return refusal(422, "PLAN_STATUS_INVALID", said)
    row.status = wanted
    return Response(status_code=_NOTHING)


@operation("paypal", "subscribe")
@authorised
@repeatable
async def create(request: Request) -> Response:
    body = await sent(request) or {}
    plan = memory.plans.get(str(body.get("plan_id")))
    if plan is None:
        return refusal(404, _UNKNOWN)
    if plan.status != "ACTIVE":
        said = "Invalid plan status for subscription creation; plan status should be active."
        return refusal(422, "PLAN_STATUS_INVALID", said)
    context = body.get("application_context") or {}
    start = body.get("start_time")
    row = Subscription(
        plan_id=plan.id,
        start_at=datetime.fromisoformat(start) if start else clock.moment(),
        custom_id=str(body.get("custom_id", "")),
        return_url=context.get("return_url", ""),
        cancel_url=context.get("cancel_url", ""),
    )
    memory.subscriptions[row.id] = row
    request.state.latest = partial(shapes.subscription, row)
    tell = teller(request)
    tell("BILLING.SUBSCRIPTION.CREATED", row, None)
    return JSONResponse(shapes.subscription(row, base_of(request)), status_code=201)


@operation("paypal", "subscription")
@authorised
async def show(request: Request) -> Response:
    row = _found(request)
    return JSONResponse(shapes.subscription(row, base_of(request))) if row else _gone()


@operation("paypal", "transactions")
@authorised
async def transactions(request: Request) -> Response:
    row = _found(request)
    if row is None:
        return _gone()
    since, until = (
        datetime.fromisoformat(request.query_params[name]) for name in ("start_time", "end_time")
    )
    shown = [shapes.transaction(sale) for sale in row.sales if since <= sale.paid_at <= until]
    return JSONResponse({"transactions": shown, "total_items": len(shown), "total_pages": 1})


@operation("paypal", "suspend")
@authorised
async def suspend(request: Request) -> Response:
    row = _found(request)
    if row is None:
        return _gone()
    if row.status != "ACTIVE":
        return _wrong_status("suspend")
    row.status = "SUSPENDED"
    teller(request)("BILLING.SUBSCRIPTION.SUSPENDED", row, None)
    return Response(status_code=_NOTHING)


@operation("paypal", "activate")
@authorised
async def activate(request: Request) -> Response:
    row = _found(request)
    if row is None:
        return _gone()
    if row.status != "SUSPENDED":
        return _wrong_status("activate")
    if row.outstanding and row.failures >= row.plan.threshold:
        return refusal(422, "SUBSCRIPTION_CANNOT_BE_ACTIVATED")
    clock.resume(row, teller(request))
    return Response(status_code=_NOTHING)


@operation("paypal", "cancel")
@authorised
async def cancel(request: Request) -> Response:
    row = _found(request)
    if row is None:
        return _gone()
    if row.status not in {"ACTIVE", "SUSPENDED"}:
        return _wrong_status("cancel")
    row.status, row.next_plan_id = "CANCELLED", ""
    teller(request)("BILLING.SUBSCRIPTION.CANCELLED", row, None)
    return Response(status_code=_NOTHING)


@operation("paypal", "revise")
@authorised
async def revise(request: Request) -> Response:
    row, body = _found(request), await sent(request) or {}
    plan = memory.plans.get(str(body.get("plan_id")))
    if row is None or plan is None:
        return _gone()
    if plan.currency != row.plan.currency:
        said = "The currency code is different from the subscription's currency code."
        return refusal(422, "CURRENCY_MISMATCH", said)
    if plan.asked["product_id"] != row.plan.asked["product_id"]:
        return refusal(422, "PLAN_PRODUCT_NOT_COMPATIBLE")
    context = body.get("application_context") or {}
    row.asked_plan_id = plan.id
    row.return_url = context.get("return_url", row.return_url)
    row.cancel_url = context.get("cancel_url", row.cancel_url)
    href = f"{base_of(request)}/webapps/billing/subscriptions/update?ba_token=BA-{row.id}"
    links = [{"href": href, "rel": "approve", "method": "GET"}]
    return JSONResponse({"plan_id": plan.id, "links": links})


@operation("paypal", "owed")
@authorised
@repeatable
async def capture(request: Request) -> Response:
    row, body = _found(request), await sent(request) or {}
    if row is None:
        return _gone()
    amount = body.get("amount") or {}
    if body.get("capture_type") != "OUTSTANDING_BALANCE" or checks.amount_problem(amount):
        return refusal(400, "INVALID_PARAMETER_VALUE")
    if row.status not in {"ACTIVE", "SUSPENDED", "EXPIRED"}:
        return _wrong_status("capture")
    if not row.outstanding:
        return refusal(422, "ZERO_OUTSTANDING_BALANCE")
    if amount["currency_code"] != row.plan.currency:
        said = "The currency code is different from the subscription's currency code."
        return refusal(422, "CURRENCY_MISMATCH", said)
    if Decimal(amount["value"]) > row.outstanding:
        return refusal(422, "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE")
    if row.bank != "pays":
        return refusal(422, "SUBSCRIBER_ACCOUNT_RESTRICTED")
    sale = clock.pay_owed(row, teller(request))
    request.state.latest = lambda _base: shapes.transaction(sale)
    return JSONResponse(shapes.transaction(sale))


def _found(request: Request) -> Subscription | None:
    row: Subscription | None = memory.subscriptions.get(request.path_params["subscription_id"])
    return row


def _gone() -> Response:
    return refusal(404, _UNKNOWN)


def _wrong_status(action: str) -> Response:
    """PayPal words this one for each action."""
    fitting = {
        "suspend": "subscription status should be active.",
        "cancel": "subscription status should be active or suspended.",
        "activate": "subscription status should be suspended.",
        "capture": "subscription status should be active or suspended or expired.",
    }
    said = f"Invalid subscription status for {action} action; {fitting[action]}"
    return refusal(422, "SUBSCRIPTION_STATUS_INVALID", said)


_UNKNOWN = "INVALID_RESOURCE_ID"
_ONE = "/v1/billing/subscriptions/{subscription_id}"
routes = [
    Route("/v1/catalogs/products", create_product, methods=["POST"]),
    Route("/v1/catalogs/products/{product_id}", show_product),
    Route("/v1/billing/plans", create_plan, methods=["POST"]),
    Route("/v1/billing/plans", list_plans),
    Route("/v1/billing/plans/{plan_id}", show_plan),
    Route("/v1/billing/plans/{plan_id}/activate", offer_plan, methods=["POST"]),
    Route("/v1/billing/plans/{plan_id}/deactivate", offer_plan, methods=["POST"]),
    Route("/v1/billing/subscriptions", create, methods=["POST"]),
    Route(_ONE, show),
    Route(f"{_ONE}/transactions", transactions),
    Route(f"{_ONE}/suspend", suspend, methods=["POST"]),
    Route(f"{_ONE}/activate", activate, methods=["POST"]),
    Route(f"{_ONE}/cancel", cancel, methods=["POST"]),
    Route(f"{_ONE}/revise", revise, methods=["POST"]),
    Route(f"{_ONE}/capture", capture, methods=["POST"]),
]

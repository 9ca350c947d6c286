"""Where each provider answers and with which keys: the sandbox's where one is named."""

from tutorme.env import Environment


def paypal(env: Environment, sandbox_url: str) -> dict[str, str]:
    live = env.text("PAYPAL_ENVIRONMENT") == "live"
    own = f"https://api-m.{'' if live else 'sandbox.'}paypal.com"
    base_url = env.text("PAYPAL_BASE_URL") or (f"{sandbox_url}/paypal" if sandbox_url else own)
    return {
        "base_url": base_url.rstrip("/"),
        "client_id": env.text("PAYPAL_CLIENT_ID") or ("sandbox-client" if sandbox_url else ""),
        "client_secret": env.text("PAYPAL_CLIENT_SECRET")
        or ("sandbox-secret" if sandbox_url else ""),
        "webhook_id": env.text("PAYPAL_WEBHOOK_ID") or ("WHSANDBOX" if sandbox_url else ""),
    }

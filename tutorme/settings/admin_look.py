"""The admin wears our ink and chalk, letters and corners."""

from django.templatetags.static import static

# Step, lightness, and part of the full chroma, as the theme expects its scales.
_STEPS = (
    *(("50", 0.984, 0.1), ("100", 0.955, 0.25), ("200", 0.90, 0.5), ("300", 0.835, 1.0)),
    *(("400", 0.74, 1.1), ("500", 0.68, 1.1), ("600", 0.405, 1.0), ("700", 0.345, 0.9)),
    *(("800", 0.30, 0.7), ("900", 0.258, 0.5), ("950", 0.20, 0.4)),
)


def _scale(chroma: float, hue: int) -> dict[str, str]:
    return {step: f"oklch({light} {chroma * part:.3f} {hue})" for step, light, part in _STEPS}


UNFOLD = {
    "SITE_TITLE": "TutorMe",
    "SITE_HEADER": "TutorMe",
    "SITE_URL": "/",
    "SITE_SYMBOL": "menu_book",
    "DASHBOARD_CALLBACK": "tutorme.web.backoffice.dashboard",
    "BORDER_RADIUS": "4px",
    "COLORS": {"base": _scale(0.030, 172), "primary": _scale(0.078, 165)},
    "STYLES": [
        lambda request: static("css/fonts.css"),
        lambda request: static("css/tokens.css"),
        lambda request: static("css/admin.css"),
    ],
}

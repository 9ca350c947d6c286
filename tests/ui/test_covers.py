import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tutorme.web.covers import COLOURS, cover_svg, subject_of

# What XML cannot carry never reaches a title: forms refuse control characters.
TITLES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=120
)


def test_the_same_course_has_the_same_cover():
    first = cover_svg("algebra", "Algebra", subject="mathematics", teacher="Tess")
    assert first == cover_svg("algebra", "Algebra", subject="mathematics", teacher="Tess")


def test_two_courses_of_a_subject_differ():
    assert cover_svg("algebra", "X", subject="maths") != cover_svg(
        "geometry-2", "X", subject="maths"
    )


def test_a_subject_has_its_colour():
    for subject, colour in COLOURS.items():
        assert colour in cover_svg("any", "Any", subject=subject)


def test_subjects_are_recognised_by_name_and_else_by_the_slug():
    assert subject_of("Mathematics", "x") == "maths"
    assert subject_of("", "python-first-program") == "coding"
    assert subject_of("Beekeeping", "bees") in COLOURS
    assert subject_of("Beekeeping", "bees") == subject_of("Beekeeping", "bees")


def test_a_title_is_text_and_not_markup():
    drawn = cover_svg("x", '<script>alert("1")</script>', teacher="<b>")
    assert "<script" not in drawn
    assert "<b>" not in drawn


def test_nothing_a_content_policy_refuses():
    for subject in COLOURS:
        drawn = cover_svg("x", "Title", subject=subject)
        assert "style" not in drawn
        assert "href" not in drawn
        assert len(drawn) < 9000


def test_an_arabic_title_reads_from_the_right():
    assert 'direction="rtl"' in cover_svg("x", "الجبر من البداية")
    assert 'direction="ltr"' in cover_svg("x", "Algebra من البداية")


@given(title=TITLES, seed=st.text(max_size=30), teacher=TITLES)
def test_any_title_gives_a_well_formed_drawing(title, seed, teacher):
    root = ET.fromstring(cover_svg(seed, title, teacher=teacher))  # noqa: S314
    lines = [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(lines) <= 5
    assert all(len(line) <= 32 for line in lines)

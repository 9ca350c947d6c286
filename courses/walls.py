"""Who sees the rows of learning and teaching."""

from tutorme.core.row_walls import ME, Open, Walled, declare, own, through

_TAUGHT = f"course_id IN (SELECT id FROM courses_course WHERE instructor_id = {ME})"
_LEARNED = f"course_id IN (SELECT course_id FROM courses_enrollment WHERE user_id = {ME})"
_OF_PLACE = through("enrollment_id", "courses_enrollment")
# Learners with a place, and whoever teaches.
_SHARED = f"""EXISTS (
SELECT 1 FROM courses_lesson AS l JOIN courses_course AS c ON c.id = l.course_id
 WHERE l.id = lesson_id AND (c.instructor_id = {ME} OR c.id IN (
       SELECT e.course_id FROM courses_enrollment AS e
        WHERE e.user_id = {ME} AND e.state IN ('active', 'completed'))))"""
_CATALOGUE = "the catalogue is everybody's"
_GATED = "of the course, and nobody's own; whoever has a place gets it, which the code decides"
# What somebody has handed in is their tutor's to read, and staff's; what they still write is not.
_HANDED_IN = f"""EXISTS (
SELECT 1 FROM courses_enrollment AS e WHERE e.id = enrollment_id
   AND (e.user_id = {ME} OR courses_submission.state <> 'draft'))"""

declare(
    Walled("courses_enrollment", f"user_id = {ME} OR {_TAUGHT}", staff=True),
    Walled("courses_lessonprogress", _OF_PLACE, staff=True),
    Walled("courses_progressbeat", _OF_PLACE, staff=True),
    Walled("courses_attendance", _OF_PLACE, staff=True),
    Walled("courses_attempt", _OF_PLACE, staff=True),
    Walled("courses_attemptanswer", through("attempt_id", "courses_attempt"), staff=True),
    Walled("courses_appeal", through("answer_id", "courses_attemptanswer"), staff=True),
    Walled("courses_regrade", through("attempt_id", "courses_attempt"), staff=True),
    Walled("courses_submission", _HANDED_IN),
    Walled("courses_submissionfile", through("submission_id", "courses_submission")),
    Walled("courses_handover", f"student_id = {ME} OR tutor_id = {ME}", staff=True),
    Walled("courses_nudge", _OF_PLACE, staff=True),
    Walled("courses_lessonnote", own("user_id")),
    Walled("courses_lessonbookmark", own("user_id")),
    Walled("courses_favorite", own("user_id")),
    Walled("courses_activity", own("user_id")),
    Walled("courses_activityday", own("user_id")),
    Walled("courses_motivation", own("user_id")),
    Walled("courses_restchoice", own("user_id")),
    Walled("courses_pointsentry", own("user_id"), staff=True),
    Walled("courses_userachievement", own("user_id"), staff=True),
    Walled("courses_boardscore", f"is_shown OR user_id = {ME}", staff=True),
    Open("courses_boardtally", "how many have how many points"),
    Walled("courses_coursewish", own("user_id"), staff=True),
    Walled("courses_wishanswer", _TAUGHT, staff=True),
    Walled("courses_thread", _SHARED, staff=True),
    Walled("courses_post", through("thread_id", "courses_thread"), staff=True),
    Walled("courses_threadfollow", own("user_id")),
    Walled("courses_vote", own("user_id")),
    Walled("courses_postreport", own("reporter_id"), staff=True),
    Walled("courses_courserating", f"NOT is_hidden OR user_id = {ME} OR {_TAUGHT}", staff=True),
    Walled("courses_ratingreport", own("reporter_id"), staff=True),
    Walled("courses_coursedraft", _TAUGHT, staff=True),
    Walled("courses_sectiondraft", _TAUGHT, staff=True),
    Walled("courses_lessondraft", _TAUGHT, staff=True),
    Walled(
        "courses_lessondraftprerequisite", through("lesson_id", "courses_lessondraft"), staff=True
    ),
    Walled("courses_coursereview", _TAUGHT, staff=True),
    # Learners are told what changed since they began.
    Walled("courses_courseversion", f"{_TAUGHT} OR {_LEARNED}", staff=True),
    Walled("courses_lessonrevision", _TAUGHT, staff=True),
    Open("courses_coursefile", _GATED),
    Open("courses_achievement", _CATALOGUE),
    Open("courses_cataloguestamp", _CATALOGUE),
    Open("courses_course", _CATALOGUE),
    Open("courses_courseprerequisite", _CATALOGUE),
    Open("courses_coursewords", _CATALOGUE),
    Open("courses_searchword", _CATALOGUE),
    Open("courses_ratingprior", _CATALOGUE),
    Open("courses_section", _CATALOGUE),
    Open("courses_lesson", _GATED),
    Open("courses_lessonprerequisite", _GATED),
    Open("courses_transcript", _GATED),
    Open("courses_quiz", _GATED),
    Open("courses_quizslot", _GATED),
    Open("courses_slotquestion", _GATED),
    Open("courses_bankitem", _GATED),
    Open("courses_question", _GATED),
    Open("courses_keycorrection", _GATED),
)

"""What learning earns, by rule; and the most a rule gives on one date of the learner."""

POINTS = {"lesson": 10, "quiz": 25, "quiz_first_try": 10, "course": 200, "review": 5}
POINTS_A_DAY = {"lesson": 200, "quiz": 250, "quiz_first_try": 100, "course": 600, "review": 50}
POINTS_FIRST_TRY_PERCENT = 90

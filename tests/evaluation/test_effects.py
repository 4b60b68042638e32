"""The estimates against districts whose answer is known, and against other people's arithmetic."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
import statsmodels.api as sm

from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import load
from jieban.evaluation import scoring
from jieban.evaluation.effects import Lot, Sent, as_json, effects_of, sentences
from jieban.evaluation.effects.adjusting import line_through, nearness
from jieban.evaluation.effects.chance import randomised
from jieban.evaluation.effects.estimates import (
    ADJUSTED,
    BEFORE_AFTER,
    DIFFERENCE,
    DRAWN,
    MATCHED,
    adjusted,
    gaps_of,
    pooled,
    standing_in,
    told_of,
)
from jieban.evaluation.effects.panel import MEASURES, Figure, kinds_of
from jieban.evaluation.effects.sending import plan_of
from jieban.invented.planted import Design
from tests.evaluation.planted import CODES, RULEBOOK, district

DISTRICTS = 60


@cache
def _tried(effect: float, call_backs: float, scale: str = "points") -> dict[str, np.ndarray]:
    """Error and whether the interval holds the truth, of every estimator on each district."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for seed in range(DISTRICTS):
        made, panel, sent = district(
            Design(effect=effect, call_backs=call_backs, scale=scale), seed
        )
        plan = plan_of(panel, sent)
        for name, parts in gaps_of(panel, plan, "score").items():
            estimate = pooled(parts, len(panel.places))
            if name == DRAWN:
                assert estimate is None
                continue
            assert estimate is not None
            held = estimate.low <= made.truth <= estimate.high
            found.setdefault(name, []).append(
                (estimate.points - made.truth, float(held), float(estimate.clear))
            )
    return {name: np.array(rows) for name, rows in found.items()}


@pytest.mark.parametrize(
    ("effect", "call_backs", "scale"),
    [(0.0, 30.0, "points"), (3.0, 100.0, "points"), (3.0, 30.0, "odds")],
)
def test_the_adjusted_estimate_finds_what_was_put_in(effect, call_backs, scale):
    error, held, _ = _tried(effect, call_backs, scale)[ADJUSTED].T
    # Three standard errors of the mean of so many districts, and the bias that is allowed.
    assert abs(error.mean()) < 0.3 + 3 * error.std() / np.sqrt(DISTRICTS)
    assert held.mean() >= 0.86


def test_without_an_effect_there_is_seldom_an_alarm():
    assert _tried(0.0, 30.0)[ADJUSTED][:, 2].mean() <= 0.12


def test_plain_comparisons_still_count_the_rebound():
    tried = _tried(0.0, 30.0)
    before_after, difference, matched = (
        tried[name][:, 0].mean() for name in (BEFORE_AFTER, DIFFERENCE, MATCHED)
    )
    assert before_after > difference > matched > 0.5
    assert tried[DIFFERENCE][:, 1].mean() < 0.2


def test_the_line_is_the_weighted_least_squares_of_another_library():
    _, panel, sent = district(Design(), 1)
    group = plan_of(panel, sent).groups[0]
    standing = standing_in(panel, group)
    near = nearness(standing, group.members, 1.0)
    value = panel.window(group.after).figure("score").value
    nought = np.zeros_like(value)
    part = line_through(
        Figure(value, nought, np.ones_like(value)),
        [standing.lasting],
        near,
        group.members,
        group.compared,
    )
    assert part is not None
    assert part.coefficients is not None
    compared = list(group.compared)
    design = sm.add_constant(standing.lasting[compared])
    fitted = sm.WLS(value[compared], design, weights=near[compared]).fit(cov_type="HC3")
    assert part.coefficients == pytest.approx(fitted.params, abs=1e-8)
    means = np.array([1.0, standing.lasting[list(group.members)].mean()])
    shared = means @ fitted.cov_params() @ means
    assert (part.pulls**2).sum() == pytest.approx(shared, rel=1e-6)
    assert part.gaps.mean() == pytest.approx(
        value[list(group.members)].mean() - means @ fitted.params, abs=1e-8
    )


@pytest.mark.parametrize(("spread", "least", "most"), [(2.0, 0.9, 1.1), (6.0, 6.0, 9.0)])
def test_members_wider_apart_than_the_compared_widen_the_interval(spread, least, most):
    """Below a ceiling; in units of the variance about the line of the compared."""
    rng = np.random.Generator(np.random.PCG64(3))
    standing = np.concatenate([rng.uniform(-8, -4, 50), rng.uniform(-4, 8, 350)])
    apart = np.concatenate([np.full(50, spread), np.full(350, 2.0)])
    outcome = 80 + standing + apart * rng.standard_normal(400)
    figure = Figure(outcome, np.zeros(400), np.ones(400))
    part = line_through(figure, [standing], np.ones(400), range(50), range(50, 400))
    assert part is not None
    assert least < part.own.mean() / part.unexplained < most
    few = line_through(figure, [standing], np.ones(400), range(10), range(50, 400))
    assert few is not None
    assert few.own.mean() == pytest.approx(few.unexplained)


def test_the_difference_of_changes_is_the_interaction_of_a_regression():
    _, panel, sent = district(Design(), 2)
    plan = plan_of(panel, sent)
    told = told_of(panel, plan.groups[0], "score")
    both = [*told.group.members, *told.group.compared]
    treated = np.isin(both, told.group.members).astype(float)
    fitted = sm.OLS(told.change[both], sm.add_constant(treated)).fit()
    estimate = pooled(gaps_of(panel, plan, "score")[DIFFERENCE], len(panel.places))
    assert estimate is not None
    assert estimate.points == pytest.approx(fitted.params[1], abs=1e-8)


def test_a_windows_score_is_the_exact_score_of_its_counts():
    made, panel, _ = district(Design(places=12, sent=2), 3)
    window = panel.window(range(6))
    counts = made.counts[:6].sum(axis=0)
    figure = window.figure("score")
    for place in range(12):
        row = {
            name: round(window.sums[place, panel.column(name)])
            for name in ("valid", "response", "resolution", "received")
        }
        assert row["valid"] == counts[place].sum()
        named = {
            "valid": row["valid"],
            "contacted": row["response"],
            "resolved": row["resolution"],
            "satisfied": int(counts[place][[0, 3, 6, 9]].sum()),
            "mostly_satisfied": int(counts[place][[1, 4, 7, 10]].sum()),
            "received": row["received"],
        }
        exact = scoring.exact_score(named, RULEBOOK)
        assert figure.value[place] == pytest.approx(float(exact), abs=1e-9)


def test_the_variance_of_chance_is_that_of_drawing_answers_again():
    made, panel, _ = district(Design(places=8, sent=2, call_backs=200), 4)
    figure = panel.window([0]).figure("score")
    rng = np.random.default_rng(5)
    worth = np.array([panel.kinds[kind] for kind in range(len(panel.kinds))])
    column = {name: panel.column(name) for name in ("response", "resolution", "satisfaction")}
    points = 100 * (
        0.1 * worth[:, column["response"]]
        + 0.5 * worth[:, column["resolution"]]
        + 0.4 * worth[:, column["satisfaction"]]
    )
    for place in range(3):
        counts = made.counts[0, place]
        drawn = rng.multinomial(counts.sum(), counts / counts.sum(), 4000) @ points / counts.sum()
        assert figure.variance[place] == pytest.approx(drawn.var(), rel=0.1)


def test_a_places_own_luck_is_no_weight():
    """Weights by a place's own spread would pull the line: the lucky have little spread."""
    _, panel, _sent = district(Design(), 5)
    figure = panel.window([0, 1]).figure("score")
    assert np.allclose(figure.chance * figure.base, (figure.chance * figure.base)[0])


def test_trend_rebound_and_the_rest_add_up_to_the_change():
    _, panel, sent = district(Design(), 6)
    effects = effects_of(panel, sent)
    for measured in effects.pooled.values():
        rise = measured.rise
        rest = measured.estimates[ADJUSTED].points
        assert rise.trend + rise.rebound + rest == pytest.approx(rise.change, abs=1e-8)
    for one in effects.communities["score"]:
        rest = one.estimates[ADJUSTED].points
        assert one.rise.trend + one.rise.rebound + rest == pytest.approx(one.rise.change)


def test_the_mean_over_communities_is_the_pooled_estimate():
    _, panel, sent = district(Design(), 6)
    effects = effects_of(panel, sent)
    for name in (BEFORE_AFTER, DIFFERENCE, MATCHED, ADJUSTED):
        each = [one.estimates[name].points for one in effects.communities["score"]]
        assert np.mean(each) == pytest.approx(effects.main.estimates[name].points)


def test_the_month_of_arrival_belongs_to_neither_side():
    made, panel, sent = district(Design(), 7)
    before = effects_of(panel, sent).main
    changed = made.counts.copy()
    changed[made.arrival] = 0
    after = effects_of(replace(panel, counts=changed), sent).main
    assert after.estimates == before.estimates


def test_months_beyond_the_seventh_do_not_move_the_estimate():
    made, panel, sent = district(Design(after=9), 7)
    before = effects_of(panel, sent).main
    changed = made.counts.copy()
    changed[made.arrival + 8 :] = changed[made.arrival + 8 :, ::-1]
    assert effects_of(replace(panel, counts=changed), sent).main == before


def test_the_months_that_chose_are_found():
    for lag in (0, 2):
        made, panel, sent = district(Design(lag=lag, before=16), 8)
        choice = plan_of(panel, sent).groups[0].choice
        assert choice.months == tuple(range(made.arrival - lag - 12, made.arrival - lag))
        assert choice.measure == "score"
        assert choice.clear == 1.0


@pytest.mark.parametrize("months", [3, 5, 10])
def test_where_the_facts_begin_shortly_before_all_months_may_have_chosen(months):
    _, panel, sent = district(Design(before=months, chosen_over=months), 31)
    (choice,) = {group.choice for group in plan_of(panel, sent).groups}
    assert (choice.months, choice.clear) == (tuple(range(months)), 1.0)


def test_a_later_cohort_is_compared_until_somebody_comes():
    made, panel, sent = district(Design(after=16), 9)
    others = [i for i in range(440) if i not in set(made.sent.tolist())]
    later = date(2023, 6, 1)
    second = [Sent(f"c{place:03d}", "2", later) for place in others[:30]]
    plan = plan_of(panel, [*sent, *second])
    first, late = plan.groups
    arrival = panel.number["2023-06"]
    assert late.arrival == arrival
    assert max(first.after) < arrival
    assert set(others[:30]) <= set(first.compared)
    assert not set(first.members) & set(late.compared)


def test_somebody_sent_again_is_left_out_and_said_so():
    _, panel, sent = district(Design(after=16), 10)
    again = Sent(sent[0].area, "2", date(2023, 8, 1))
    nowhere = Sent("c999", "2", date(2023, 8, 1))
    plan = plan_of(panel, [*sent, again, nowhere])
    assert {(left.sent, left.reason) for left in plan.left} == {
        (again, "effects.sent_before"),
        (nowhere, "effects.area_unknown"),
    }


def test_too_early_is_refused_with_its_reason():
    _, panel, sent = district(Design(), 11)
    late = [replace(each, start=date(2023, 10, 10)) for each in sent]
    with pytest.raises(Refused) as refused:
        effects_of(panel, late)
    assert refused.value.code == "effects.none_estimable"
    assert "没有完整的考核月" in refused.value.message("zh")


def test_the_baseline_can_be_declared_and_must_lie_in_the_facts():
    made, panel, sent = district(Design(), 12)
    first, last = panel.months[made.arrival - 12], panel.months[made.arrival - 1]
    group = plan_of(panel, sent, baseline=f"{first}..{last}").groups[0]
    assert group.choice.declared
    with pytest.raises(Refused) as refused:
        plan_of(panel, sent, baseline="2019-01..2019-12")
    assert refused.value.code == "effects.baseline_outside"


def test_the_placebo_and_the_slope_before_are_quiet_where_only_the_score_chose():
    quiet = []
    for seed in range(20):
        _, panel, sent = district(Design(effect=0, before=20), 100 + seed)
        effects = effects_of(panel, sent)
        assert effects.placebo is not None
        assert effects.trend_before is not None
        quiet += [not effects.placebo.clear, not effects.trend_before.clear]
    assert np.mean(quiet) >= 0.85


def test_a_slope_before_arrival_is_found():
    made, panel, sent = district(Design(effect=0, call_backs=100), 13)
    counts = made.counts.copy()
    for month in range(12):
        # From the third month on ever more of the unsolved of the sent become solved.
        share = month / 12
        place = made.sent
        moved = (counts[made.arrival - 12 + month][place][:, 5] * share).astype(int)
        counts[made.arrival - 12 + month, place, 5] -= moved
        counts[made.arrival - 12 + month, place, 0] += moved
    found = effects_of(replace(panel, counts=counts), sent)
    assert found.trend_before is not None
    assert found.trend_before.clear
    assert any("before arrival" in each or "到任前" in each for each in sentences.warnings(found))


@pytest.mark.parametrize(("effect", "least", "most"), [(0.0, 0.0, 0.15), (6.0, 0.9, 1.0)])
def test_shuffling_is_as_seldom_alarmed_as_it_says(effect, least, most):
    alarmed = []
    for seed in range(30):
        _, panel, sent = district(Design(effect=effect, sent=12), 300 + seed)
        share = randomised(gaps_of(panel, plan_of(panel, sent), "score")[ADJUSTED])
        assert share is not None
        alarmed.append(share < 0.05)
    assert least <= np.mean(alarmed) <= most


def test_few_communities_keep_their_interval():
    held = []
    for seed in range(DISTRICTS):
        made, panel, sent = district(Design(effect=3, sent=6, call_backs=100), 200 + seed)
        estimate = pooled(gaps_of(panel, plan_of(panel, sent), "score")[ADJUSTED], 440)
        assert estimate is not None
        held.append(estimate.low <= made.truth <= estimate.high)
    assert np.mean(held) >= 0.85


def test_volume_and_neighbours_are_told_apart_from_the_rates():
    made, panel, sent = district(Design(effect=0, call_backs=100), 15)
    counts = made.counts.copy()
    later = slice(made.arrival + 1, None)
    rng = np.random.default_rng(1)
    counts[later, made.sent] = rng.binomial(counts[later, made.sent], 0.5)
    effects = effects_of(replace(panel, counts=counts), sent)
    volume = effects.volume.estimate
    assert volume is not None
    assert volume.low < -50 < volume.high
    assert effects.spill.near + effects.spill.far == 389


def test_the_difference_after_leaving_needs_the_months_after():
    made, panel, sent = district(Design(after=20), 16)
    left = [replace(each, end=date(2022, 8, 10)) for each in sent]
    assert panel.months[made.arrival] == "2022-02"
    effects = effects_of(panel, left)
    assert effects.leaving["6"] is not None
    assert effects.leaving["12"] is not None
    assert effects_of(panel, sent).leaving == {"6": None, "12": None}


def test_one_cohort_alone_is_the_same_as_in_the_list_of_cohorts():
    made, panel, sent = district(Design(after=16), 9)
    others = [i for i in range(440) if i not in set(made.sent.tolist())]
    second = [Sent(f"c{place:03d}", "2", date(2023, 2, 1)) for place in others[:30]]
    both = effects_of(panel, [*sent, *second])
    alone = effects_of(panel, [*sent, *second], cohort="2")
    assert alone.main == both.cohorts["2"]["score"]
    with pytest.raises(Refused):
        effects_of(panel, sent, cohort="7")


def test_a_lot_among_equals_is_an_estimate_of_its_own():
    """Half of a hundred of equal need are drawn: the plain comparison finds what was put in."""
    errors = []
    for seed in range(30):
        made, panel, _ = district(Design(effect=0, sent=100), 400 + seed)
        rng = np.random.default_rng(seed)
        drawn = rng.permutation(made.sent)[:50]
        lot = Lot(
            frozenset(f"c{place:03d}" for place in drawn),
            frozenset(f"c{place:03d}" for place in set(made.sent) - set(drawn)),
        )
        year, month = (int(part) for part in panel.months[made.arrival].split("-"))
        sent = [Sent(f"c{place:03d}", "1", date(year, month, 5)) for place in drawn]
        plan = plan_of(panel, sent, lots=[lot])
        estimate = pooled(gaps_of(panel, plan, "score")[DRAWN], 440)
        assert (estimate.sent, estimate.compared) == (50, 50)
        errors.append(estimate.points)
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(30)


def test_every_estimate_carries_its_interval_and_n():
    _, panel, sent = district(Design(), 17)
    document = as_json(effects_of(panel, sent))
    for measure in MEASURES:
        for estimate in document["pooled"][measure]["estimates"].values():
            assert {"points", "percent", "low", "high", "n", "rebound"} <= set(estimate)
            assert estimate["n"]["sent"] == 51
    for community in document["communities"]:
        for one in community["measures"]["score"]["estimates"].values():
            assert one["low"] < one["points"] < one["high"]


def test_no_sentence_names_a_cause():
    _, panel, sent = district(Design(effect=6), 18)
    said = " ".join(sentences.sentences(effects_of(panel, sent)))
    for word in ("使得", "导致", "因为", "归功", "because", "caused", "thanks to", "due to"):
        assert word not in said


def test_a_community_without_call_backs_is_not_estimated():
    made, panel, sent = district(Design(), 19)
    counts = made.counts.copy()
    counts[:, made.sent[0]] = 0
    effects = effects_of(replace(panel, counts=counts), sent)
    assert effects.main.sent == 50
    assert effects.main.estimates[ADJUSTED].sent == 50
    assert not any(one.place == made.sent[0] for one in effects.communities["score"])


def test_a_rulebook_without_its_answers_is_refused_and_says_so():
    """Nothing has a due time, so a score of on-time rates is nobody's."""
    _, panel, sent = district(Design(places=60, sent=6), 21)
    rulebook = load("311-on-time")
    columns, kinds = kinds_of(CODES, rulebook)
    other = replace(panel, rulebook=rulebook, columns=columns, kinds=kinds)
    with pytest.raises(Refused) as refused:
        effects_of(other, sent)
    assert refused.value.code == "effects.not_measured"
    found = effects_of(other, sent, measure="resolution")
    assert set(found.pooled) == {"response", "resolution", "satisfaction"}
    assert as_json(found)["counted"] is None


def test_adjusting_needs_more_compared_than_the_line_takes():
    _, panel, sent = district(Design(), 20)
    group = plan_of(panel, sent).groups[0]
    few = replace(group, compared=group.compared[:4])
    assert adjusted(panel, few, panel.window(group.after).figure("score")) is None

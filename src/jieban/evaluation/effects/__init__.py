"""Effects 成效: what changed where officials were sent, and what would have changed anyway.

*Estimand.* Mean over the communities sent to, each weighing the same, of the difference between
what was reached in the first to seventh full month after arrival and what the same community
would have reached had nobody come. The month of arrival belongs to neither side. In points of
综合成绩, and of each rate.

*Why a plain comparison misleads.* The worst by a noisy score are partly the unluckiest. Their
luck does not come again (均值回归, the rebound), and the others, not chosen for bad luck, do not
rebound: before/after carries trend and rebound, difference-in-differences still the rebound.

*What is done about it* (`adjusting`). Given the score that chose, who was sent is decided: so
the not-sent communities show what follows from such a score, as far as its reliability goes,
which falls with the number of call-backs. The line through them, weighted towards those nearly
chosen, is carried on to the sent ones.

`panel` counts, `sending` says who is compared with whom, `adjusting` and `estimates` estimate,
`course`, `chance`, `beside` and `sensitivity` test, `report` puts it together, `document` and
`sentences` say it.
"""

from jieban.evaluation.effects.document import as_json
from jieban.evaluation.effects.panel import Panel, panel_of
from jieban.evaluation.effects.report import Effects, effects_of
from jieban.evaluation.effects.sending import Lot, Sent

__all__ = ["Effects", "Lot", "Panel", "Sent", "as_json", "effects_of", "panel_of"]

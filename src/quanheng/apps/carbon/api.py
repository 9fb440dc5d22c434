"""What programs may read of carbon: sources, statements, and the way back from a statement to its readings."""

from __future__ import annotations

from typing import Annotated, Any

import pydantic
from pydantic import AwareDatetime, Field

from quanheng.apps.carbon import queries
from quanheng.apps.carbon.activity import queries as activity_queries
from quanheng.apps.carbon.chain.chain import chain
from quanheng.apps.carbon.models import ActivityMonth, ActivityStream, Source, Statement
from quanheng.apps.carbon.restatement.restated import restatement_data
from quanheng.apps.records.reads import Noun, Part, readable


class Hour(pydantic.BaseModel):
    """Which hour of which source; without them the hour with the largest mass."""

    model_config = pydantic.ConfigDict(extra="forbid")
    hour: Annotated[AwareDatetime | None, Field(description="the start of an hour")] = None
    source: Annotated[str | None, Field(max_length=40, description="code of a source")] = None


class Nothing(pydantic.BaseModel):
    """Nothing more is asked."""

    model_config = pydantic.ConfigDict(extra="forbid")


def _restatement(actor: Any, statement: Statement, asked: Nothing) -> dict[str, Any]:
    return restatement_data(statement)


def _chain(actor: Any, statement: Statement, asked: Hour) -> dict[str, Any]:
    return chain(statement, asked.hour, asked.source)


readable(Noun("carbon", "sources", "source", "emission sources", Source, queries.sources, filters=("code",)))
readable(
    Noun(
        "carbon", "streams", "stream", "streams of fuel and bought energy", ActivityStream, activity_queries.streams,
        filters=("code", "kind"),
    )
)  # fmt: skip
readable(
    Noun(
        "carbon", "months", "month", "months of activity data, all versions", ActivityMonth, activity_queries.months,
        filters=("year", "month"),
    )
)  # fmt: skip
readable(
    Noun(
        "carbon",
        "statements",
        "statement",
        "statements of emission",
        Statement,
        queries.statements,
        key="number",
        filters=("number", "state", "method"),
        parts=[
            Part("chain", "The way back to a raw reading and its certificates", _chain, Hour),
            Part(
                "restatement",
                "What it restates: both figures, what fell, what is touched",
                _restatement,
                Nothing,
            ),
        ],
    )
)

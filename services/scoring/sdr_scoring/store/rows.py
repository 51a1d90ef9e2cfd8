"""Rows to domain objects."""

from __future__ import annotations

from psycopg.rows import DictRow

from sdr.common.v1 import lead_pb2 as lead
from sdr_scoring.convert import judgement_from_wire
from sdr_scoring.domain.preview import PastLead
from sdr_scoring.domain.qualification import Qualification, QualificationId


def qualification(row: DictRow) -> Qualification:
    """A row of `qualification`."""
    return Qualification(
        qualification_id=QualificationId(str(row["qualification_id"])),
        version=row["version"],
        judgement=judgement_from_wire(lead.Qualification.FromString(bytes(row["judgement"]))),
        rubric_version=row["rubric_version"],
        qualified_at=row["qualified_at"],
    )


def past_lead(row: DictRow) -> PastLead:
    """A lead's latest row of `qualification`."""
    judgement = judgement_from_wire(lead.Qualification.FromString(bytes(row["judgement"])))
    return PastLead(row["conversation_id"], row["contact_id"], judgement)

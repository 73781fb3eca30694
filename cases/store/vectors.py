"""The stored vectors of one company, by model: which there are, what is new, what is forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.case import Embedding
from cases.store.asking import among


class VectorRows:
    """Rows of Embedding; a published case without its row is the queue (ADR 4)."""

    session: AsyncSession
    company_id: str

    async def vectors_since(self, model: str, moment: datetime | None) -> Sequence[Embedding]:
        """Vectors of a model written at or after `moment`; all when it is None."""
        found = select(Embedding).where(
            Embedding.company_id == self.company_id, Embedding.model == model
        )
        if moment is not None:
            found = found.where(Embedding.written_at >= moment)
        return (await self.session.scalars(found.order_by(Embedding.written_at))).all()

    async def written_since(self, model: str, moment: datetime) -> dict[str, datetime]:
        """Case id → when its newest vector was written, at or after `moment`."""
        found = (
            select(Embedding.case_id, func.max(Embedding.written_at))
            .where(
                Embedding.company_id == self.company_id,
                Embedding.model == model,
                Embedding.written_at >= moment,
            )
            .group_by(Embedding.case_id)
        )
        return dict((await self.session.execute(found)).all())

    async def vectors_of(self, model: str, case_ids: Collection[str]) -> Sequence[Embedding]:
        """All vectors of some cases."""
        found = select(Embedding).where(
            Embedding.company_id == self.company_id,
            Embedding.model == model,
            among(self.session, Embedding.case_id, case_ids),
        )
        return (await self.session.scalars(found)).all()

    async def hashes(
        self, model: str, case_ids: Iterable[str] | None = None
    ) -> dict[tuple[str, str], str]:
        """(case id, part) → content hash of a model's stored vectors, of all cases or of some."""
        found = select(Embedding.case_id, Embedding.part, Embedding.content_hash).where(
            Embedding.company_id == self.company_id, Embedding.model == model
        )
        if case_ids is not None:
            found = found.where(Embedding.case_id.in_(list(case_ids)))
        rows = await self.session.execute(found)
        return {(case_id, part): digest for case_id, part, digest in rows.all()}

    async def models(self) -> dict[str, int]:
        """How many vectors are stored by each model."""
        found = (
            select(Embedding.model, func.count())
            .where(Embedding.company_id == self.company_id)
            .group_by(Embedding.model)
        )
        rows = await self.session.execute(found)
        return {str(model): int(number) for model, number in rows.all()}

    async def forget_model(self, model: str) -> None:
        """Deletes all vectors of a model."""
        await self.session.execute(
            delete(Embedding).where(
                Embedding.company_id == self.company_id, Embedding.model == model
            )
        )

    async def embedded(self, model: str, part: str) -> int:
        """How many cases have this part's vector; an edit and a withdrawal take it away."""
        found = select(func.count()).where(
            Embedding.company_id == self.company_id,
            Embedding.model == model,
            Embedding.part == part,
        )
        return (await self.session.scalars(found)).one()

    async def put_vectors(self, rows: Sequence[Embedding]) -> None:
        """Writes vectors over older ones of the same parts, in two statements for all."""
        keys = [(row.case_id, row.model, row.part) for row in rows]
        same = tuple_(Embedding.case_id, Embedding.model, Embedding.part)
        gone = delete(Embedding).where(Embedding.company_id == self.company_id, same.in_(keys))
        await self.session.execute(gone)
        self.session.add_all(rows)

    async def vector_count(self, case_id: str) -> int:
        """How many vectors of a case there are, of all models."""
        found = select(func.count()).where(
            Embedding.company_id == self.company_id, Embedding.case_id == case_id
        )
        return int(await self.session.scalar(found) or 0)

    async def drop_vectors(self, case_id: str, parts: Iterable[str] | None = None) -> None:
        """Deletes a case's vectors, or only those of some parts: a vector goes with its text."""
        gone = delete(Embedding).where(
            Embedding.company_id == self.company_id, Embedding.case_id == case_id
        )
        if parts is not None:
            gone = gone.where(Embedding.part.in_(list(parts)))
        await self.session.execute(gone)

"""The statements of the index in PostgreSQL; each names the company, and the walls check it."""

from __future__ import annotations

SCOPE = "select set_config('app.company_id', :company, true)"
TURN = "select pg_advisory_xact_lock(hashtext('search'), hashtext(:company))"
SIZE = "select count(*) from search_case where company_id = :company"
PUT_CASE = """insert into search_case (company_id, case_id, facets, words, sounds, themes)
values (:company, :case, :facets, :words, :sounds, :themes)"""
PUT_TERMS = """insert into search_term (company_id, leg, term, case_id, count)
select :company, t.leg, t.term, :case, t.count
from unnest(cast(:legs as text[]), cast(:terms as text[]), cast(:counts as integer[]))
as t(leg, term, count)"""
COUNT_UP = """insert into search_df (company_id, leg, term, cases)
select company_id, leg, term, 1 from search_term
where company_id = :company and case_id = :case order by leg, term
on conflict (company_id, leg, term) do update set cases = search_df.cases + 1"""
TAKE_OUT = (
    """update search_df d set cases = d.cases - 1 from search_term t
where t.company_id = :company and t.case_id = :case
and d.company_id = t.company_id and d.leg = t.leg and d.term = t.term""",
    "delete from search_term where company_id = :company and case_id = :case",
    "delete from search_case where company_id = :company and case_id = :case",
    "delete from search_vector where company_id = :company and case_id = :case",
)
# Only for a case that is here.
PUT_VECTOR = """insert into search_vector (company_id, model, case_id, vector)
select company_id, :model, case_id, cast(:vector as halfvec) from search_case
where company_id = :company and case_id = :case
on conflict (company_id, model, case_id) do update set vector = excluded.vector"""
REACHED = "select cases, vectors from search_reach where company_id = :company and model = :model"
REACH = """insert into search_reach (company_id, model, cases, vectors)
values (:company, :model, :cases, :vectors) on conflict (company_id, model)
do update set cases = greatest(excluded.cases, search_reach.cases),
vectors = greatest(excluded.vectors, search_reach.vectors)"""
HOLDING = """select leg, term, cases from search_df
where company_id = :company and term = any(:terms)"""
FIRST = """select c.case_id from search_case c where c.company_id = :company{where}
order by c.case_id limit :most"""
# Only asked of a large company, and never counted further than it matters.
SEEN = """select count(*) from (select 1 from search_case c
where c.company_id = :company{where} limit :most) as seen"""
# BM25 of one leg over the visible cases; {{leg}} is one of our own three words.
BEST = """select t.case_id from search_term t
join unnest(cast(:terms as text[]), cast(:impacts as float8[])) as q(term, impact)
on q.term = t.term
join search_case c on c.company_id = t.company_id and c.case_id = t.case_id
where t.company_id = :company and t.leg = '{leg}'{where}
group by t.case_id
order by sum(q.impact * t.count
/ (t.count + :k1 * (1 - :b + :b * c.{leg} / cast(:length as float8)))) desc
limit :most"""
# The graph is made of another expression, so that the planner cannot take it here and lose rows
# behind the filter. All visible vectors are read once, whatever the number of clauses: putting them
# aside first (a materialised CTE) wrote them to a temporary file for each clause.
NEAR = """select v.case_id from search_vector v
join search_case c on c.company_id = v.company_id and c.case_id = v.case_id
where v.company_id = :company and v.model = :model{where} order by {apart} limit :most"""
APART = "(v.vector <#> cast(:vector{at} as halfvec))"
ITERATE = "set local hnsw.iterative_scan = strict_order"
GRAPH = """select v.case_id from search_vector v
join search_case c on c.company_id = v.company_id and c.case_id = v.case_id
where v.company_id = :company and v.model = :model and vector_dims(v.vector) = {size}{where}
order by (v.vector::halfvec({size})) <#> cast(:vector as halfvec({size})) limit :most"""
# By leg, so that each term is one walk along the key past the cases in order.
TERMS = """select t.case_id, t.leg, t.term, t.count
from unnest(cast(:legs as text[]), cast(:terms as text[])) as q(leg, term)
join search_term t on t.company_id = :company and t.leg = q.leg and t.term = q.term
and t.case_id = any(:cases)"""
LENGTHS = """select case_id, words, sounds, themes from search_case
where company_id = :company and case_id = any(:cases) order by case_id"""
# The vectors as they were written, of cases that this model is used for here.
EMBEDDED = """select e.case_id, e.part, e.vector from embedding e
join search_vector v on v.company_id = e.company_id and v.case_id = e.case_id and v.model = e.model
where e.company_id = :company and e.model = :model and e.case_id = any(:cases)
and v.case_id = any(:cases)"""
ONE_PART = " and e.part = :part"

"""The statements of the index in PostgreSQL; each names the company, and the walls check it."""

from __future__ import annotations

SCOPE = "select set_config('app.company_id', :company, true)"
TURN = "select pg_advisory_xact_lock(hashtext('search'), hashtext(:company))"
NUMBER = "select coalesce(max(number) + 1, 0) from search_case where company_id = :company"
PUT_CASE = """insert into search_case (company_id, number, case_id, facets, terms)
values (:company, :number, :case, :facets, :held)"""
LIST = """insert into search_term (company_id, term, block, cases)
select :company, l.term, :block, l.cases
from unnest(cast(:terms as bigint[]), cast(:lists as bytea[])) as l(term, cases)
on conflict (company_id, term, block) do update
set cases = search_term.cases || excluded.cases"""
COUNT = """insert into search_df (company_id, term, cases)
select :company, term, :times from unnest(cast(:terms as bigint[])) as d(term)
on conflict (company_id, term) do update set cases = search_df.cases + excluded.cases"""
TAKE_CASE = """delete from search_case
where company_id = :company and case_id = :case returning number, terms"""
TAKE_LISTS = """delete from search_term
where company_id = :company and block = :block and term = any(:terms) returning term, cases"""
TAKE_VECTORS = "delete from search_vector where company_id = :company and case_id = :case"
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
HOLDING = """select term, cases from search_df
where company_id = :company and term = any(:terms)"""
FIRST = """select c.number, c.case_id from search_case c where c.company_id = :company{where}
order by c.number limit :most"""
# Only asked of a large company, and never counted further than it matters.
SEEN = """select count(*) from (select 1 from search_case c
where c.company_id = :company{where} limit :most) as seen"""
# A term's list as one value: a row for each block would cost the client more than its contents.
LISTS = """select term, string_agg(cases, cast('' as bytea)) from search_term
where company_id = :company and term = any(:terms) group by term"""
AMONG = """select c.number, c.case_id from search_case c
where c.company_id = :company and c.number = any(:numbers){where}"""
# The graph is made of another expression, so that the planner cannot take it here and lose rows
# behind the filter. All visible vectors are read once, whatever the number of clauses: putting them
# aside first (a materialised CTE) wrote them to a temporary file for each clause.
NEAR = """select v.case_id from search_vector v
join search_case c on c.company_id = v.company_id and c.case_id = v.case_id
where v.company_id = :company and v.model = :model{where} order by {apart} limit :most"""
APART = "(v.vector <#> cast(:vector{at} as halfvec))"
# With 40, the width that pgvector begins with, it found two thirds of the nearest of 100,000.
ITERATE = """select set_config('hnsw.iterative_scan', 'strict_order', true),
set_config('hnsw.ef_search', '400', true)"""
GRAPH = """select v.case_id from search_vector v
join search_case c on c.company_id = v.company_id and c.case_id = v.case_id
where v.company_id = :company and v.model = :model and vector_dims(v.vector) = {size}{where}
order by (v.vector::halfvec({size})) <#> cast(:vector as halfvec({size})) limit :most"""
HELD = """select case_id, terms from search_case
where company_id = :company and case_id = any(:cases) order by case_id"""
# The vectors as they were written, of cases that this model is used for here.
EMBEDDED = """select e.case_id, e.part, e.vector from embedding e
join search_vector v on v.company_id = e.company_id and v.case_id = e.case_id and v.model = e.model
where e.company_id = :company and e.model = :model and e.case_id = any(:cases)
and v.case_id = any(:cases)"""
ONE_PART = " and e.part = :part"

-- columns --
-- Tables with their columns; their order in the table matters to nobody.
select format('table %%s: column %%s %%s%%s%%s%%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  case when a.attnotnull then ' not null' else '' end,
  case when a.attidentity <> '' then ' generated always as identity' else '' end,
  coalesce(case a.attgenerated when '' then ' default ' else ' generated ' end || pg_get_expr(d.adbin, d.adrelid), ''))
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where n.nspname = %(schema)s and c.relname not like '%%yoyo%%' and c.relkind in ('r', 'p')

-- constraints --
-- All but not-null, which the columns tell.
select format('table %%s: constraint %%s %%s', c.relname, k.conname, pg_get_constraintdef(k.oid))
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %(schema)s and c.relname not like '%%yoyo%%' and k.contype <> 'n'

-- storage --
-- How tables are kept, where that was set.
select format('table %%s: storage %%s', c.relname, array_to_string(c.reloptions, ', '))
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %(schema)s and c.relname not like '%%yoyo%%' and c.relkind = 'r' and c.reloptions is not null

-- indexes --
-- Those that do not stand behind a constraint.
select format('table %%s: index %%s', c.relname, replace(pg_get_indexdef(i.indexrelid), n.nspname || '.', ''))
from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %(schema)s and c.relname not like '%%yoyo%%'
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))

-- triggers --
-- Ours, not those of foreign keys.
select format('table %%s: trigger %%s', c.relname, replace(pg_get_triggerdef(t.oid), n.nspname || '.', ''))
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %(schema)s and not t.tgisinternal

-- sequences --
-- Those that do not stand behind an identity column.
select format('sequence %%s', c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %(schema)s and c.relkind = 'S'
  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')

-- views --
-- With what they select.
select format('view %%s: %%s', c.relname, pg_get_viewdef(c.oid, true))
from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = %(schema)s and c.relkind in ('v', 'm')

-- functions --
-- A body is told by its hash; an extension's own are left out.
select format('function %%s(%%s) returns %%s, body %%s', p.proname, pg_get_function_identity_arguments(p.oid),
  pg_get_function_result(p.oid), md5(p.prosrc))
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = %(schema)s and p.prokind = 'f'
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')

-- types --
-- Enumerations with their words.
select format('type %%s: %%s', t.typname, string_agg(e.enumlabel, ', ' order by e.enumsortorder))
from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_enum e on e.enumtypid = t.oid
where n.nspname = %(schema)s group by t.typname

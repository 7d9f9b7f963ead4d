/** The role of the services, and the name of its database. It owns its tables and nothing else. */
export const ROLE = "morgan";

/** The superuser that made the cluster. It can connect through the container's socket alone. */
export const ADMIN = "admin";

/** A superuser for the moment in which the superuser of an older stack, who is called `ROLE`, gets the name `ADMIN`. */
const MOVER = "morgan_mover";

/**
 * Rules for connections. Clients on the network need the password. The container's own user connects through the socket
 * without one. An image writes its own rules only when it makes a cluster, and each image writes different rules.
 */
export const HBA = `local all all peer map=container\nhost ${ROLE} ${ROLE} all scram-sha-256\n`;
export const IDENT = [ADMIN, ROLE, MOVER].map((role) => `container postgres ${role}\n`).join("");

/** A step of psql: SQL, or a command of psql, that a role runs in one transaction. */
export interface Step {
  readonly role: string;
  readonly command: string;
}

/** Succeeds if the superuser has its name already. */
export const HAS_ADMIN: Step = { role: ADMIN, command: "select 1" };

/**
 * Give the superuser of an older stack its new name, and its old name and password to a role without privileges. A
 * role cannot rename itself. PostgreSQL 15 cannot take the privileges from the role that made the cluster.
 */
export const MOVE: readonly Step[] = [
  {
    role: ROLE,
    command: `do $$ begin
  if not exists (select from pg_roles where rolname = '${MOVER}') then
    create role ${MOVER} superuser login;
  end if;
end $$`,
  },
  {
    role: MOVER,
    command: `do $$
declare verifier text := (select rolpassword from pg_authid where rolname = '${ROLE}');
begin
  alter role ${ROLE} rename to ${ADMIN};
  execute format('create role ${ROLE} login password %L', verifier);
end $$`,
  },
];

/** Creates the role if it is missing, and gives it its tables and no other privilege. */
export const LIMIT: Step = {
  role: ADMIN,
  command: `do $$
declare owned regclass;
begin
  if not exists (select from pg_roles where rolname = '${ROLE}') then
    create role ${ROLE};
  end if;
  alter role ${ROLE} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
  drop role if exists ${MOVER};
  revoke all on database ${ROLE} from public;
  grant connect on database ${ROLE} to ${ROLE};
  grant usage, create on schema public to ${ROLE};
  for owned in
    select oid from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and relowner <> '${ROLE}'::regrole
  loop
    execute format('alter table %s owner to ${ROLE}', owned);
  end loop;
end $$`,
};

/** Sets the password of the role. psql reads it twice, and sends its hash alone. */
export const SET_PASSWORD: Step = { role: ADMIN, command: `\\password ${ROLE}` };

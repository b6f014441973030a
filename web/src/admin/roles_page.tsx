import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { permits } from "../account/permits";
import { api } from "../api/client";
import { t } from "../messages";
import { holdPage } from "../router";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";

type Matrix = Record<string, string[]>;
interface Saved {
  roles: Matrix;
  version: string;
  asked: string[];
}

export function RolesPage() {
  const roles = useLoad(async () => ({ ...(await api.get("/v1/admin/roles")), mine: (await api.get("/v1/me")).permissions }));
  const done = useSignal(false);
  const finish = async () => {
    await roles.reload();
    done.value = true;
  };
  return (
    <>
      {done.value && <Alert kind="good">{t("roles.saved")}</Alert>}
      <Show of={roles}>
        {(saved) =>
          permits(saved.mine, "role:manage") ? (
            <MatrixEditor key={saved.version} saved={saved} onChange={() => (done.value = false)} onSaved={finish} onDiscard={roles.reload} />
          ) : (
            <section class="card">
              <p class="muted">{t("roles.read-only")}</p>
              <MatrixTable matrix={saved.roles} permissions={rowsOf(saved.roles, saved.asked)} />
            </section>
          )
        }
      </Show>
    </>
  );
}

function rowsOf(...sources: (Matrix | string[])[]): string[] {
  return [...new Set(sources.flatMap((source) => (Array.isArray(source) ? source : Object.values(source).flat())))].sort();
}

function toggled(matrix: Matrix, role: string, permission: string): Matrix {
  const held = matrix[role] ?? [];
  const next = held.includes(permission) ? held.filter((one) => one !== permission) : [...held, permission].sort();
  return { ...matrix, [role]: next };
}

function without(matrix: Matrix, role: string): Matrix {
  return Object.fromEntries(Object.entries(matrix).filter(([name]) => name !== role));
}

interface EditorProps {
  saved: Saved;
  onChange: () => void;
  onSaved: () => Promise<void>;
  onDiscard: () => Promise<void>;
}

function MatrixEditor({ saved, onChange, onSaved, onDiscard }: EditorProps) {
  const matrix = useSignal(saved.roles);
  const extra = useSignal<string[]>([]);
  const set = (next: Matrix) => {
    matrix.value = next;
    onChange();
  };
  const save = useAction(async () => {
    await api.put("/v1/admin/roles", { body: { roles: matrix.value, version: saved.version } });
    await onSaved();
  });
  const discard = async () => {
    save.clear();
    matrix.value = saved.roles;
    await onDiscard(); // somebody else may have changed them
  };
  const changed = JSON.stringify(matrix.value) !== JSON.stringify(saved.roles);
  useEffect(() => (changed ? holdPage(() => confirm(t("roles.leave"))) : undefined), [changed]);
  return (
    <>
      <section class="card">
        <Form action={save}>
          <MatrixTable
            matrix={matrix.value}
            permissions={rowsOf(matrix.value, saved.roles, saved.asked, extra.value)}
            onToggle={(who, what) => set(toggled(matrix.value, who, what))}
            onRemove={(who) => set(without(matrix.value, who))}
          />
          {changed && (
            <Alert kind="warn">
              <span>{t("roles.unsaved")}</span>
              <div class="row">
                <Button type="submit" kind="primary" small busy={save.busy}>
                  {t("roles.save")}
                </Button>
                <Button small onClick={discard}>
                  {t("roles.discard")}
                </Button>
              </div>
            </Alert>
          )}
        </Form>
      </section>
      <Additions onPermission={(name) => (extra.value = [...extra.value, name])} onRole={(name) => set({ [name]: [], ...matrix.value })} />
    </>
  );
}

// Another row, another column. Neither is anything until it is saved.
function Additions({ onPermission, onRole }: { onPermission: (name: string) => void; onRole: (name: string) => void }) {
  const permission = useSignal("");
  const role = useSignal("");
  const addPermission = useAction(async () => {
    onPermission(permission.value.trim());
    permission.value = "";
  });
  const addRole = useAction(async () => {
    onRole(role.value.trim());
    role.value = "";
  });
  return (
    <section class="card">
      <Form action={addPermission}>
        <div class="filters">
          <Field label={t("roles.permission")} hint={t("roles.permission.hint")} value={permission} input={{ pattern: "[a-z0-9_*\\-]+:[a-z0-9_*\\-]+(:(own|any))?" }} />
          <Button type="submit">{t("roles.add-permission")}</Button>
        </div>
      </Form>
      <Form action={addRole}>
        <div class="filters">
          <Field label={t("roles.name")} value={role} input={{ pattern: "[a-z0-9_\\-]{1,64}" }} />
          <Button type="submit">{t("roles.add")}</Button>
        </div>
      </Form>
    </section>
  );
}

interface TableProps {
  matrix: Matrix;
  permissions: string[];
  onToggle?: (role: string, permission: string) => void; // none: only to be looked at
  onRemove?: (role: string) => void;
}

function MatrixTable({ matrix, permissions, onToggle, onRemove }: TableProps) {
  const roles = Object.keys(matrix).sort();
  return (
    <div class="matrix" tabIndex={0} role="region" aria-label={t("admin.roles")}>
      <table class="plain-table">
        <caption class="hidden">{t("admin.roles")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("roles.permission")}</th>
            {roles.map((role) => (
              <th key={role} scope="col">
                {role}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permissions.map((permission) => (
            <tr key={permission}>
              <th scope="row">{permission}</th>
              {roles.map((role) => (
                <td key={role}>
                  <Mark role={role} permission={permission} held={matrix[role] ?? []} onToggle={onToggle} />
                </td>
              ))}
            </tr>
          ))}
          {onRemove && (
            <tr>
              <td />
              {roles.map((role) => (
                <td key={role}>
                  <Button small kind="plain" label={t("roles.remove.of", { role })} onClick={() => onRemove(role)}>
                    {t("roles.remove")}
                  </Button>
                </td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

interface MarkProps {
  role: string;
  permission: string;
  held: string[];
  onToggle?: ((role: string, permission: string) => void) | undefined;
}

// What a wider permission grants is shown as granted, and is taken away there.
function Mark({ role, permission, held, onToggle }: MarkProps) {
  const own = held.includes(permission);
  const implied = !own && permits(held, permission);
  return (
    <input
      type="checkbox"
      aria-label={t(implied ? "roles.implied" : "roles.grants", { role, permission })}
      checked={own || implied}
      disabled={implied || onToggle === undefined}
      onChange={() => onToggle?.(role, permission)}
    />
  );
}

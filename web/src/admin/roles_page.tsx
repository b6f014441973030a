import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { t } from "../messages";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";

type Matrix = Record<string, string[]>;

export function RolesPage() {
  const roles = useLoad(async () => (await api.get("/v1/admin/roles")).roles as Matrix);
  return <Show of={roles}>{(matrix) => <MatrixEditor key={JSON.stringify(matrix)} saved={matrix} onSaved={roles.reload} />}</Show>;
}

function toggled(matrix: Matrix, role: string, permission: string): Matrix {
  const held = matrix[role] ?? [];
  const next = held.includes(permission) ? held.filter((one) => one !== permission) : [...held, permission].sort();
  return { ...matrix, [role]: next };
}

function MatrixEditor({ saved, onSaved }: { saved: Matrix; onSaved: () => Promise<void> }) {
  const matrix = useSignal(saved);
  const extra = useSignal<string[]>([]);
  const role = useSignal("");
  const permission = useSignal("");
  const save = useAction(async () => {
    await api.put("/v1/admin/roles", { body: { roles: matrix.value } as never });
    await onSaved();
  });
  const addRole = useAction(async () => {
    const name = role.value.trim();
    if (name !== "" && !(name in matrix.value)) matrix.value = { ...matrix.value, [name]: [] };
    role.value = "";
  });
  const addPermission = useAction(async () => {
    extra.value = [...extra.value, permission.value.trim()];
    permission.value = "";
  });
  const changed = JSON.stringify(matrix.value) !== JSON.stringify(saved);
  const permissions = [...new Set([...Object.values(matrix.value).flat(), ...Object.values(saved).flat(), ...extra.value])].sort();
  return (
    <>
      <section class="card">
        <Form action={save}>
          <MatrixTable matrix={matrix.value} permissions={permissions} onToggle={(who, what) => (matrix.value = toggled(matrix.value, who, what))} />
          {changed && (
            <Alert kind="warn">
              <span>{t("roles.unsaved")}</span>
              <div class="row">
                <Button type="submit" kind="primary" small busy={save.busy}>
                  {t("roles.save")}
                </Button>
                <Button small onClick={() => (matrix.value = saved)}>
                  {t("roles.discard")}
                </Button>
              </div>
            </Alert>
          )}
        </Form>
      </section>
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
    </>
  );
}

interface TableProps {
  matrix: Matrix;
  permissions: string[];
  onToggle: (role: string, permission: string) => void;
}

function MatrixTable({ matrix, permissions, onToggle }: TableProps) {
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
                  <input
                    type="checkbox"
                    aria-label={t("roles.grants", { role, permission })}
                    checked={matrix[role]?.includes(permission) ?? false}
                    onChange={() => onToggle(role, permission)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { api } from "../api/client";
import type { Account } from "../account/account_area";
import { mayAdminister, permitsAny, readsAccounts } from "../account/permits";
import { t, type MessageKey } from "../messages";
import { path } from "../router";
import { offers } from "../settings";
import { Alert } from "../ui/alert";
import { Show, useLoad } from "../ui/load";
import { Shell, type Part } from "../ui/shell";
import { StepUp } from "../ui/step_up";
import { AccountPage } from "./account_page";
import { AccountsPage } from "./accounts_page";
import { AuditPage } from "./audit_page";
import { DeliveryPage } from "./delivery_page";
import { KeysPage } from "./keys_page";
import { OverviewPage } from "./overview_page";
import type { PageProps } from "./page";
import { RolesPage } from "./roles_page";
import { AttacksPage } from "./attacks_page";

const parts: Part[] = [
  { path: "/admin", title: "admin.overview", icon: "chart", routes: ["GET /v1/admin/overview"], needs: ["overview:read"] },
  { path: "/admin/accounts", title: "admin.accounts", icon: "users", routes: ["GET /v1/admin/accounts"], needs: readsAccounts },
  { path: "/admin/roles", title: "admin.roles", icon: "grid", routes: ["GET /v1/admin/roles"], needs: ["role:read", "role:manage"] },
  { path: "/admin/audit", title: "admin.audit", icon: "list", routes: ["GET /v1/admin/audit"], needs: ["audit:read"] },
  { path: "/admin/security", title: "admin.security", icon: "shield", routes: ["GET /v1/admin/blocks", "GET /v1/admin/security-events"], needs: ["audit:read", "security:read", "security:manage"] },
  { path: "/admin/keys", title: "admin.keys", icon: "key", routes: ["GET /v1/admin/keys"], needs: ["key:read", "key:manage"] },
  { path: "/admin/delivery", title: "admin.delivery", icon: "mail", needs: ["mail:manage", "webhook:manage"] },
];

function isShown(part: Part, granted: string[]): boolean {
  if (part.routes !== undefined && !part.routes.some(offers)) return false;
  return part.needs === undefined || permitsAny(granted, part.needs);
}
const pages: Record<string, (props: PageProps) => preact.JSX.Element> = {
  "/admin": OverviewPage,
  "/admin/accounts": AccountsPage,
  "/admin/roles": RolesPage,
  "/admin/audit": AuditPage,
  "/admin/security": AttacksPage,
  "/admin/keys": KeysPage,
  "/admin/delivery": DeliveryPage,
};

export function AdminArea() {
  const me = useLoad(async () => (await api.get("/v1/me")) as Account);
  const account = /^\/admin\/accounts\/([0-9a-f-]+)$/.exec(path.value)?.[1];
  const shown = parts.filter((part) => isShown(part, me.value?.permissions ?? []));
  const wanted = account === undefined ? path.value : "/admin/accounts";
  const here = shown.find((part) => part.path === wanted) ?? shown[0] ?? parts[0]!;
  const Page = pages[here.path]!;
  return (
    <Shell area="admin" title={t(here.title)} lead={t(`${here.title}.lead` as MessageKey)} parts={shown} showAdmin>
      <Show of={me}>
        {(caller) => {
          if (!mayAdminister(caller.permissions)) return <Alert kind="warn">{t("admin.not-yours")}</Alert>;
          return account === undefined ? <Page key={here.path} granted={caller.permissions} /> : <AccountPage key={account} id={account} granted={caller.permissions} />;
        }}
      </Show>
      <StepUp />
    </Shell>
  );
}

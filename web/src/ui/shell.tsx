import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signOut } from "../account/sign_out";
import { t, type MessageKey } from "../messages";
import { path } from "../router";
import { useAction } from "./action";
import { FailureAlert } from "./alert";
import { Brand } from "./brand";
import { Button } from "./button";
import { Foot } from "./foot";
import { Icon, type IconName } from "./icons";
import { Title } from "./title";

export interface Part {
  path: string;
  title: MessageKey;
  icon: IconName;
  needs?: string[]; // any of these permissions; none: everybody
  routes?: string[]; // the server has to have one of them
}

interface Props {
  area: "account" | "admin";
  title: string;
  lead?: string;
  parts: Part[];
  showAdmin: boolean;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

function isHere(part: Part): boolean {
  return path.value === part.path || (part.path.split("/").length > 2 && path.value.startsWith(part.path + "/"));
}

// The frame of the pages behind the sign-in.
export function Shell({ area, title, lead, parts, showAdmin, actions, children }: Props) {
  const leave = useAction(signOut);
  // On a phone the parts are one line that scrolls: where one is must be in sight.
  const side = useRef<HTMLElement>(null);
  useEffect(() => side.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [path.value, parts.length]);
  return (
    <>
      <a class="skip" href="#page">
        {t("skip")}
      </a>
      <header class="bar">
        <Brand />
        <nav aria-label={t("nav.areas")}>
          {showAdmin && (
            <>
              <a href="/account" aria-current={area === "account" ? "true" : undefined}>
                {t("nav.account")}
              </a>
              <a href="/admin" aria-current={area === "admin" ? "true" : undefined}>
                {t("nav.admin")}
              </a>
            </>
          )}
        </nav>
        <Button small busy={leave.busy} onClick={leave.run}>
          {t("sign-out")}
        </Button>
      </header>
      <div class={`frame ${area}`}>
        <nav class="side" aria-label={t(area === "admin" ? "nav.admin" : "nav.account")} ref={side}>
          {parts.map((part) => (
            <a key={part.path} href={part.path} aria-current={isHere(part) ? "page" : undefined}>
              <Icon name={part.icon} />
              {t(part.title)}
            </a>
          ))}
        </nav>
        <main id="page" class="page" tabIndex={-1}>
          <header>
            <div class="stack tight">
              <Title key={path.value}>{title}</Title>
              {lead && <p class="muted">{lead}</p>}
            </div>
            {actions}
          </header>
          <FailureAlert failure={leave.failure} />
          {children}
        </main>
      </div>
      <Foot />
    </>
  );
}

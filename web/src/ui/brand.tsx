import { settings } from "../settings";
import { t } from "../messages";

export function Brand({ href = "/account" }: { href?: string }) {
  return (
    <a class="brand" href={href} aria-label={t("brand.home", { name: settings.name })}>
      {settings.logo !== null ? (
        <img src={settings.logo} alt="" />
      ) : (
        <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="var(--accent)" />
          <path d="M8 24V14a8 8 0 0 1 16 0v10h-4V14a4 4 0 0 0-8 0v10z" fill="var(--on-accent)" />
          <circle cx="16" cy="18" r="2" fill="var(--on-accent)" />
        </svg>
      )}
      <span>{settings.name}</span>
    </a>
  );
}

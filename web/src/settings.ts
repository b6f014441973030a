// What the server says of this installation, in the document itself (src/web/document.cpp).
export interface Settings {
  name: string;
  logo: string | null;
  languages: string[]; // empty: all there are
  letter_languages: string[]; // that there are templates in, the installation's own first
  return_origins: string[];
  offers: string[]; // routes of the administration that there are: `GET /v1/admin/accounts`
  registration: boolean;
  password_min: number;
  password_max: number;
}

const defaults: Settings = {
  name: "Gatehouse",
  logo: null,
  languages: [],
  letter_languages: [],
  return_origins: [],
  offers: [],
  registration: true,
  password_min: 12,
  password_max: 256,
};

function read(): Settings {
  const text = document.querySelector<HTMLMetaElement>('meta[name="gatehouse"]')?.content ?? "";
  return text.startsWith("{{") || text === "" ? defaults : { ...defaults, ...(JSON.parse(text) as Partial<Settings>) };
}

export const settings = read();

export function offers(route: string): boolean {
  return settings.offers.includes(route);
}

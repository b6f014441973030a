import type { ComponentChildren } from "preact";
import { Brand } from "./brand";
import { Foot } from "./foot";
import { Title } from "./title";

// The frame of the pages before the sign-in.
export function Entry({ title, lead, children }: { title: string; lead?: string | undefined; children: ComponentChildren }) {
  return (
    <div class="entry">
      <main>
        <Brand href="/sign-in" />
        <div class="card">
          <div class="stack tight">
            <Title>{title}</Title>
            {lead && <p class="muted">{lead}</p>}
          </div>
          {children}
        </div>
      </main>
      <Foot />
    </div>
  );
}

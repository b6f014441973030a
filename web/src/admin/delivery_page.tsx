import { useSignal } from "@preact/signals";
import { t } from "../messages";
import { DeadLetters } from "./dead_letters";
import { Webhooks } from "./webhooks";

export function DeliveryPage() {
  const said = useSignal("");
  return (
    <>
      <span role="status" class="note">
        {said.value}
      </span>
      <Webhooks onSay={(text) => (said.value = text)} />
      <section class="card">
        <h2>{t("delivery.dead")}</h2>
        <DeadLetters />
      </section>
    </>
  );
}

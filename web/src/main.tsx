import "./style/base.css";
import "./style/parts.css";
import "./style/frames.css";
import { render } from "preact";
import { App, isPage } from "./app";
import { loadMessages } from "./messages";
import { keep } from "./preferences";
import { followLinks } from "./router";

keep();

const place = document.getElementById("app")!;
// Without a file of messages there are no words but the document's own.
const sayNotLoaded = () => document.getElementById("not-loaded")!.classList.add("now");
void loadMessages().then(() => {
  followLinks(isPage);
  place.replaceChildren();
  render(<App />, place);
}, sayNotLoaded);

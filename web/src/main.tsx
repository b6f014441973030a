import "./style/base.css";
import "./style/parts.css";
import "./style/frames.css";
import { render } from "preact";
import { App, isPage } from "./app";
import { loadMessages } from "./messages";
import { keep } from "./preferences";
import { followLinks } from "./router";

keep();
followLinks(isPage);
void loadMessages().then(() => render(<App />, document.getElementById("app")!));

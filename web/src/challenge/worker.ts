import { findNumber, type Challenge } from "./solve";

onmessage = (event: MessageEvent<Challenge>) => postMessage(findNumber(event.data));

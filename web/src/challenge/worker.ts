import type { Challenge } from "../api/awaited";
import { findNumber } from "./solve";

onmessage = (event: MessageEvent<Challenge>) => postMessage(findNumber(event.data));

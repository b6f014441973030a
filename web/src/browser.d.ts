// What lib.dom does not know yet.
interface Window {
  trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL: (text: string) => string }): { createScriptURL(text: string): object };
  };
}

import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  publicDir: false,
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    assetsDir: "_gatehouse",
    assetsInlineLimit: 0, // the policy lets images come from data:, but what has a name is kept by the browser
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: "_gatehouse/[name]-[hash].js",
        chunkFileNames: "_gatehouse/[name]-[hash].js",
        assetFileNames: "_gatehouse/[name]-[hash][extname]",
      },
    },
  },
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "_gatehouse/[name]-[hash].js" } } },
});

// Our own few lines each, 24 by 24; decoration beside words, so hidden from screen readers.
const shapes = {
  alert: "M12 8v5M12 16.5v.01M10.3 4 2.6 17.5A2 2 0 0 0 4.3 20.5h15.4a2 2 0 0 0 1.7-3L13.7 4a2 2 0 0 0-3.4 0Z",
  chart: "M4 20V4M4 20h16M8 16v-4M12.500 16V8M17 16v-6",
  check: "M20 6.500 9.500 17 4.500 12",
  download: "M12 4v11M7.500 11 12 15.500 16.500 11M4 20h16",
  eye: "M2 12s3.600-6.500 10-6.500S22 12 22 12s-3.600 6.500-10 6.500S2 12 2 12ZM12 14.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600Z",
  eyeOff: "M3 3l18 18M10 5.700A10 10 0 0 1 12 5.500C18.400 5.500 22 12 22 12a17 17 0 0 1-3 3.700M6 7.500A16 16 0 0 0 2 12s3.600 6.500 10 6.500a10 10 0 0 0 4.500-1",
  info: "M12 11v6M12 7.500v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  key: "M14.500 13.500a5 5 0 1 0-4-4L3 17v4h4v-2.500h2.500V16H12l2.500-2.500ZM16.500 7.600v.01",
  laptop: "M5 16V6a1 1 0 0 1 1-1h12a1 1 0 0 1 1 1v10M2.500 19h19",
  list: "M8 6h12M8 12h12M8 18h12M4 6v.01M4 12v.01M4 18v.01",
  lock: "M6 11h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1ZM8 11V8a4 4 0 0 1 8 0v3",
  mail: "M3 6h18v12H3zM3.500 6.500 12 13l8.500-6.500",
  phone: "M8 2.500h8a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1ZM11 18.500h2",
  shield: "M12 3 4.500 6v5.500c0 4.600 3.200 8 7.500 9.500 4.300-1.500 7.500-4.900 7.500-9.500V6L12 3Z",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 21a7.500 7.500 0 0 1 15 0",
  users: "M9 12a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 20a6.500 6.500 0 0 1 13 0M16 5.200a3.500 3.500 0 0 1 0 6.600M18.500 14.500A6.500 6.500 0 0 1 21.500 20",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

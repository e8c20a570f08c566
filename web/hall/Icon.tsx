const paths = {
  microphone: "M9 5a3 3 0 0 1 6 0v6a3 3 0 0 1-6 0zM5 11a7 7 0 0 0 14 0M12 18v4M8 22h8",
  microphone_off:
    "M9 9v2a3 3 0 0 0 5 2M15 10V5a3 3 0 0 0-6-.500M5 11a7 7 0 0 0 11 5.700M19 11a7 7 0 0 1-.500 2.600M12 18v4M8 22h8M3 3l18 18",
  camera: "M4 6h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zM15 10l7-4v12l-7-4",
  camera_off:
    "M8 6h5a2 2 0 0 1 2 2v2l7-4v12l-4-2.300M15 15v1a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V8a2 2 0 0 1 1-1.700M2 2l20 20",
  hand: "M7 12V6a1.6 1.6 0 0 1 3 0v5V4a1.6 1.6 0 0 1 3 0v7-5a1.6 1.6 0 0 1 3 0v8c0 5-2 8-6 8-3 0-4.500-2-6-5l-1.500-3c-.5-1.500 1.500-2.500 2.500-1L7 14z",
  screen: "M3 4h18v12H3zM9 20h6M12 16v4",
  paper: "M6 2h8l5 5v15H6zM14 2v5h5M9 13h7M9 17h7",
  help: "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20M9.500 9a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M12 17h0",
} as const;

export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

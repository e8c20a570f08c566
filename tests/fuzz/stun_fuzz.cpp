#include "media/transport/stun.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diemcau::transport;
  const auto bytes = std::as_bytes(std::span(data, size));
  (void)is_authentic(bytes, "password");
  if (const auto transaction = parse_binding_response(bytes))
    must(transaction->size() == std::tuple_size_v<Transaction> && within(*transaction, bytes));
  const auto request = parse_binding_request(bytes);
  if (!request) return 0;
  must(request->transaction.size() == std::tuple_size_v<Transaction> && within(request->transaction, bytes));
  must(!request->local_ufrag.empty());
  const auto answer = binding_response(*request, {}, "password");
  must(is_authentic(answer, "password"));
  return 0;
}

#include <iostream>

#include "server/signaling/typescript.h"

/// Prints web/shared/protocol.ts.
int main() { std::cout << diemcau::protocol::typescript(); }

/// Files of a ledger that grow.
#pragma once

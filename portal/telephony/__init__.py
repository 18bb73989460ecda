"""The telephone network: what proves that it is speaking to us, and the client by which we speak to it."""

"""What the SDK's tests share: a files API to speak to, and a service process to ask. Never installed."""

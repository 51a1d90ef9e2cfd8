"""The live stream: changes of an account, told to every open panel by every gateway process."""
